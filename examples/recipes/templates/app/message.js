export const message = 'Hot as ever';
