export const App = () => ({});
