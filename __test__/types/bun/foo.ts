export const count = 0;
export const getCount = () => count;
