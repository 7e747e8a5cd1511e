/**
 * The certificate of `--https`: the user's own, or one that is made here and kept.
 */

import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { Failure } from './failure.js';

/** A certificate and its key, PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Days that a certificate is good for, and those before its end in which it is made anew. */
const DAYS = 90;
const SPARE_DAYS = 1;
const DAY_MS = 24 * 3600 * 1000;

/**
 * Reads the user's certificate.
 *
 * @throws {Failure} when a file cannot be read, or they do not belong together.
 */
export function readCertificate(certFile: string, keyFile: string): Certificate {
  const certificate = { cert: read('--cert', certFile), key: read('--key', keyFile) };
  try {
    createSecureContext(certificate);
  } catch (error) {
    throw new Failure(
      `The certificate ${certFile} with the key ${keyFile} cannot be used: ${(error as Error).message}. ` +
        'Both have to be PEM files, and belong together.',
    );
  }
  return certificate;
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new Failure(`${flag} names ${file}: ${why}.`);
  }
}

/**
 * A certificate for names and addresses of this machine, signed by itself. Browsers ask once whether to trust it, so
 * later runs use the same one.
 *
 * @param names Host names and IP addresses.
 * @param folder Where it is kept; nothing keeps none.
 */
export async function ownCertificate(names: string[], folder?: string): Promise<Certificate> {
  const file = folder && path.join(folder, 'certificate.pem');
  const kept = file && keptCertificate(file, names);
  if (kept) return kept;
  // Takes a while to load, and is needed once in months.
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'hotgraph' }], {
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
        ),
      },
    ],
  });
  if (file) keep(file, `${made.private}\n${made.cert}`);
  return { cert: made.cert, key: made.private };
}

/** The certificate of an earlier run, if it is good for these names and for some time. */
function keptCertificate(file: string, names: string[]): Certificate | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const certificate = new X509Certificate(text);
    const isGood = Date.parse(certificate.validTo) - Date.now() > SPARE_DAYS * DAY_MS;
    const isFor = (name: string) =>
      (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
    if (!isGood || !names.every(isFor)) return undefined;
    createSecureContext({ cert: text, key: text });
    return { cert: text, key: text };
  } catch {
    // There is no such file, or it is not a certificate.
    return undefined;
  }
}

function keep(file: string, text: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  } catch {
    // It is made again by the next run.
  }
}
