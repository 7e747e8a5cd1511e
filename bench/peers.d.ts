// What `npm run bench` installs on its own: it is not there when types are checked.
declare module 'vite';
declare module '@vitejs/plugin-react';
declare module '@vitejs/plugin-vue';
declare module '@sveltejs/vite-plugin-svelte';
