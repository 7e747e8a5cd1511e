export function foo(): void {}
