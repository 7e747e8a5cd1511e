/** The systems that there are prebuilt addons for, by the names that end their packages: `hotgraph-linux-x64-gnu`. */

import { familySync, MUSL } from 'detect-libc';

/** Those of the targets in package.json's `napi`. */
export const PLATFORMS: readonly string[] = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-arm64-msvc',
  'win32-x64-msvc',
];

/** The name of the system that this process runs on; one of {@link PLATFORMS} or another. */
export function platformName(): string {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${familySync() === MUSL ? 'musl' : 'gnu'}`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}
