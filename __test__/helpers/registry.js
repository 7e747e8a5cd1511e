/**
 * An npm registry that has the tarballs of `release/` as if they were published, and sends for all else to the real one.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { isPacked, release } from '../../scripts/pack.js';
import { optionalDependencies, platforms, version } from '../../scripts/platforms.js';
import { portOf } from './port.js';

/** A release job brings the tarballs that it tests. */
if (!process.env.HOTGRAPH_RELEASE && !isPacked()) {
  throw new Error('release/ is older than what it was packed of: run `npm run tarballs`.');
}

/** The path of a tarball; undefined for the platform packages of other systems. */
export function tarballOf(name) {
  const file = `${name}-${version}.tgz`;
  return readdirSync(release).includes(file) ? join(release, file) : undefined;
}

/** The package.json in a tarball. */
export function manifestOf(tarball) {
  return JSON.parse(textIn(tarball, 'package.json'));
}

/** The text of a file in a tarball. */
export function textIn(tarball, name) {
  const args = ['-xzOf', tarball, `package/${name}`];
  return execFileSync('tar', args, { encoding: 'utf8', maxBuffer: 1e8 });
}

/**
 * Starts the registry. Addons of other systems are known there, and cannot be had.
 *
 * @returns {Promise<{ url: string, asked: string[], close: () => void }>} `asked` are the paths of our own packages
 * that were asked for.
 */
export async function startRegistry() {
  // On Windows npm is a script, which only a shell runs.
  const config = ['config', 'get', 'registry'];
  const upstream = execFileSync('npm', config, { encoding: 'utf8', shell: true }).trim();
  const asked = [];
  const packages = new Map();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', url).pathname.slice(1));
    const [name, file] = path.split('/-/');
    if (!packages.has(name)) {
      response.writeHead(302, { location: new URL(path, upstream).href }).end();
      return;
    }
    asked.push(path);
    const tarball = tarballOf(name);
    if (file === undefined) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packages.get(name)));
    } else if (tarball) {
      response.end(readFileSync(tarball));
    } else {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A test that fails need not close it.
  server.unref();
  const url = `http://127.0.0.1:${portOf(server)}/`;
  for (const name of ['hotgraph', ...Object.keys(optionalDependencies)]) {
    packages.set(name, documentOf(name, url));
  }
  return { url, asked, close: () => server.close() };
}

/** What a registry says of a package. */
function documentOf(name, url) {
  const tarball = tarballOf(name);
  const manifest = tarball ? manifestOf(tarball) : manifestOfOther(name);
  const content = tarball ? readFileSync(tarball) : '';
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  const shasum = createHash('sha1').update(content).digest('hex');
  const dist = { tarball: `${url}${name}/-/${name}-${version}.tgz`, integrity, shasum };
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
    time: { [version]: '2020-01-01T00:00:00.000Z' },
  };
}

function manifestOfOther(name) {
  const platform = platforms.find(({ packageName }) => packageName === name);
  const file = join(release, '..', 'npm', platform?.name ?? '', 'package.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}
