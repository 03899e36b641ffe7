import type { Server } from 'node:https';
import {
  type CertificateFiles,
  type Certificates,
  EventLog,
  readCertificates,
} from '@relay/runtime';
import type { ConsumerConfig } from '../consumer.config.js';
import { WatchedFiles } from './watched-files.js';

type TlsSettings = Pick<ConsumerConfig, 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'>;

export interface TlsOptions extends Certificates {
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** What the consumer shows on TLS connections, and whose certificates it asks for (`ca`), if anybody's. */
export class ServerCertificate {
  readonly #files: CertificateFiles;
  readonly #log = new EventLog('reception');
  #certificates: Certificates;
  #lastProblem: string | undefined;

  /** @throws Error when TLS cannot use the files */
  constructor(files: CertificateFiles) {
    this.#files = files;
    this.#certificates = readCertificates(files);
  }

  /** The one that the settings name; undefined where there is none, and no TLS. */
  static of(config: TlsSettings): ServerCertificate | undefined {
    const { tlsCertFile: cert, tlsKeyFile: key, tlsClientCaFile: ca } = config;
    return cert === undefined ? undefined : new ServerCertificate({ cert, key, ca });
  }

  /** What the server is made with. */
  get options(): TlsOptions {
    const isMutual = this.#files.ca !== undefined;
    return { ...this.#certificates, requestCert: isMutual, rejectUnauthorized: isMutual };
  }

  /** Shows new connections what is in the files now, until the server closes. Those that stand go on. */
  follow(server: Server, intervalMs?: number): void {
    const paths = Object.values(this.#files).filter((path): path is string => path !== undefined);
    const watched = new WatchedFiles(
      paths,
      (isClock) => {
        this.#reload(server, isClock);
      },
      intervalMs,
    );
    server.once('close', () => {
      watched.stop();
    });
  }

  /** Between the writing of a certificate and that of its key they do not match: only what lasts is told. */
  #reload(server: Server, tells: boolean): void {
    try {
      const certificates = readCertificates(this.#files);
      this.#lastProblem = undefined;
      if (isSame(certificates, this.#certificates)) return;
      server.setSecureContext(certificates);
      this.#certificates = certificates;
      this.#log.info('certificate-renewed', 'new connections get the new certificate');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const problem = code ?? message;
      if (!tells || problem === this.#lastProblem) return;
      this.#lastProblem = problem;
      const sentence = `TLS_CERT_FILE, TLS_KEY_FILE or TLS_CLIENT_CA_FILE: ${problem}; the old stay in use`;
      this.#log.error('certificate-unusable', sentence, { problem });
    }
  }
}

function isSame(one: Certificates, other: Certificates): boolean {
  return (['cert', 'key', 'ca'] as const).every((kind) =>
    (one[kind] ?? Buffer.alloc(0)).equals(other[kind] ?? Buffer.alloc(0)),
  );
}
