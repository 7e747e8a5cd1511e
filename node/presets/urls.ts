/** Urls of modules, as presets are told them when files are edited. */

/** Whether a url is of a module whose own file this is; of one below a base path it may not be known. */
export function isUrlOf(url: string, file: string): boolean {
  const [pathname = ''] = url.split(/[?#]/, 1);
  try {
    return file.replaceAll('\\', '/').endsWith(decodeURI(pathname));
  } catch {
    return false;
  }
}
