// What the documents' examples mention without saying where it comes from.

declare function doSomething(value: unknown): void;
declare function doSomethingGlobal(): void;
declare function cannotHandleUpdate(module: object): boolean;
declare function setupSideEffect(): { cleanup(): void };
declare const elem: Element;
declare class Server {
  start(): void;
  stop(): void;
}

declare module 'react-dom/client' {
  export function createRoot(element: Element): { render(node: unknown): void };
}

declare namespace JSX {
  type Element = object;
}
