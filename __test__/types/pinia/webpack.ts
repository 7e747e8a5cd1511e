import { acceptHMRUpdate, defineStore } from 'pinia';

export const useChat = defineStore('chat', { state: () => ({ lines: ['hello'] }) });

import.meta.webpackHot!.accept(acceptHMRUpdate(useChat, import.meta.webpackHot));
