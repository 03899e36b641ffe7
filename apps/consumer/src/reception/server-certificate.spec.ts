import 'reflect-metadata';
import { once } from 'node:events';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RELAY_PATH, SUB_PROTOCOL } from '@relay/contracts';
import { type Certificate, RecordedLog, TestAuthority, TestFolder } from '@relay/testing';
import { WebSocket } from 'ws';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { ServerCertificate } from './server-certificate.js';

let authority: TestAuthority;
let first: Certificate;
let second: Certificate;
let folder: TestFolder;
let consumer: ConsumerUnderTest;
let clients: WebSocket[];
let log: RecordedLog;

beforeAll(async () => {
  authority = await TestAuthority.create();
  [first, second] = await Promise.all([authority.issue('first'), authority.issue('second')]);
});

beforeEach(() => {
  folder = new TestFolder();
  clients = [];
  log = new RecordedLog();
});

afterEach(async () => {
  for (const client of clients) client.terminate();
  await consumer.close();
  folder.remove();
});

function write({ cert, key }: Certificate): { tlsCertFile: string; tlsKeyFile: string } {
  return { tlsCertFile: folder.write('tls.crt', cert), tlsKeyFile: folder.write('tls.key', key) };
}

async function start(
  files: { tlsCertFile: string; tlsKeyFile: string; tlsClientCaFile?: string },
  intervalMs?: number,
): Promise<void> {
  const { tlsCertFile: cert, tlsKeyFile: key, tlsClientCaFile: ca } = files;
  const certificate = new ServerCertificate({ cert, key, ca });
  consumer = await startConsumer({ httpsOptions: certificate.options });
  Logger.overrideLogger(log);
  certificate.follow(consumer.app.getHttpServer() as Server, intervalMs);
}

function open(shown: Partial<Certificate> = {}): WebSocket {
  const url = `wss://127.0.0.1:${consumer.port}${RELAY_PATH}`;
  const client = new WebSocket(url, SUB_PROTOCOL, { ca: authority.cert, ...shown });
  clients.push(client);
  return client;
}

/** The name in the certificate that a new connection gets. */
async function shownName(): Promise<string | string[] | undefined> {
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: consumer.port,
    ca: authority.cert,
  });
  await once(socket, 'secureConnect');
  const { subject }: PeerCertificate = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

describe('a consumer with a certificate', () => {
  it('is reached over wss:// by who trusts its authority', async () => {
    await start(write(first));
    const client = open();
    await once(client, 'open');
    expect(client.protocol).toBe(SUB_PROTOCOL);
    expect(await shownName()).toBe('first');
  });

  it('shows new connections the new one, and the old ones go on', async () => {
    await start(write(first));
    const old = open();
    await once(old, 'open');
    write(second);
    await log.said('the new certificate');
    expect(await shownName()).toBe('second');
    const pong = once(old, 'pong');
    old.ping();
    await pong;
    expect(old.readyState).toBe(WebSocket.OPEN);
  });

  it('notices when a link is turned to another folder, as with mounted secrets', async () => {
    const [a, b] = [new TestFolder(), new TestFolder()];
    for (const [inside, { cert, key }] of [
      [a, first],
      [b, second],
    ] as const) {
      inside.write('tls.crt', cert);
      inside.write('tls.key', key);
    }
    const data = folder.path('data');
    symlinkSync(a.path(''), data);
    symlinkSync('data/tls.crt', folder.path('tls.crt'));
    symlinkSync('data/tls.key', folder.path('tls.key'));
    await start({ tlsCertFile: folder.path('tls.crt'), tlsKeyFile: folder.path('tls.key') });
    rmSync(data);
    symlinkSync(b.path(''), data);
    await log.said('the new certificate');
    expect(await shownName()).toBe('second');
    a.remove();
    b.remove();
  });

  it('notices by the clock what no watch of the folder sees', async () => {
    const elsewhere = new TestFolder();
    const files = write(first);
    rmSync(files.tlsCertFile);
    rmSync(files.tlsKeyFile);
    symlinkSync(elsewhere.write('cert', first.cert), files.tlsCertFile);
    symlinkSync(elsewhere.write('key', first.key), files.tlsKeyFile);
    await start(files, 20);
    elsewhere.write('cert', second.cert);
    elsewhere.write('key', second.key);
    await log.said('the new certificate');
    expect(await shownName()).toBe('second');
    elsewhere.remove();
  });

  it('keeps the old one, and says so, while the files do not fit together', async () => {
    const files = write(first);
    await start(files, 20);
    writeFileSync(files.tlsKeyFile, second.key);
    await log.said('the old stay in use');
    expect(await shownName()).toBe('first');
    expect(log.lines.join()).not.toContain('PRIVATE KEY');
    writeFileSync(files.tlsCertFile, second.cert);
    await log.said('the new certificate');
    expect(await shownName()).toBe('second');
  });
});

describe('a consumer that asks for certificates', () => {
  async function startMutual(): Promise<void> {
    await start({ ...write(first), tlsClientCaFile: folder.write('ca', authority.cert) });
  }

  it('lets in who shows one of its authority', async () => {
    await startMutual();
    await once(open(await authority.issue('publisher')), 'open');
  });

  it('refuses who shows none', async () => {
    await startMutual();
    const [error] = (await once(open(), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  });

  it('refuses who shows one of another authority', async () => {
    await startMutual();
    const stranger = await (await TestAuthority.create()).issue('publisher');
    const [error] = (await once(open(stranger), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/^ERR_SSL_.*ALERT|ECONNRESET/);
  });
});
