import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** Runs in the network of one pod: answers on its ports, and does what it is told by JSON lines on stdin. */
export interface Order {
  id: number;
  what: 'probe' | 'hold' | 'flood' | 'received';
  protocol: 'TCP' | 'UDP';
  source: string;
  to: string;
  port: number;
}

/** A server on this port talks without being asked; one on the next port only answers. */
export const talkingPort = 7000;

const patience = 2_000;
const received = new Map<number, number>();

function serve(address: string, port: number): void {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(chunk));
    if (port !== talkingPort) return;
    const talk = setInterval(() => socket.write('.'), 20);
    socket.on('close', () => clearInterval(talk));
  });
  server.listen(port, address);
  const echo = createSocket('udp4', (message, from) => {
    received.set(port, (received.get(port) ?? 0) + 1);
    // To a sender that has gone, or may not be reached.
    echo.send(message, from.port, from.address, () => undefined);
  });
  echo.on('error', () => undefined);
  echo.bind(port, address);
}

// Each address for itself: a datagram from 0.0.0.0 would be answered from whichever address the kernel likes.
const [addresses = '', ports = ''] = process.argv.slice(2);
for (const address of addresses.split(',')) {
  for (const port of ports.split(',')) serve(address, Number(port));
}

function probeTcp({ source, to, port }: Order): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: to, port, localAddress: source, timeout: patience });
    socket.on('connect', () => resolve('open'));
    socket.on('timeout', () => resolve('timeout'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'));
    for (const end of ['connect', 'timeout', 'error']) socket.on(end, () => socket.destroy());
  });
}

function probeUdp({ source, to, port }: Order): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (outcome: string): void => {
      clearTimeout(timer);
      socket.removeAllListeners('message').close();
      resolve(outcome);
    };
    const timer = setTimeout(() => end('timeout'), patience);
    socket.on('message', () => end('open'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code ?? 'error'));
    socket.bind(0, source, () => socket.connect(port, to, () => socket.send('x')));
  });
}

/** Keeps a connection for a while, says something now and then, and tells what became of it. */
function hold({ source, to, port }: Order): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: to, port, localAddress: source });
    const talk = port === talkingPort ? undefined : setInterval(() => socket.write('.'), 20);
    let heard = 0;
    socket.on('data', () => (heard = Date.now()));
    socket.on('error', () => undefined);
    socket.on('close', (failed) => {
      clearInterval(talk);
      resolve(failed ? 'reset' : 'closed');
    });
    setTimeout(() => {
      resolve(Date.now() - heard < 800 ? 'alive' : 'silent');
      socket.destroy();
    }, 1_800);
  });
}

/** As many datagrams as go out in two seconds. */
async function flood({ source, to, port }: Order): Promise<string> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, source, resolve));
  let sent = 0;
  for (const end = Date.now() + 2_000; Date.now() < end; sent++) {
    await new Promise((resolve) => socket.send('x', port, to, resolve));
  }
  socket.close();
  return String(sent);
}

function obey(order: Order): Promise<string> | string {
  if (order.what === 'received') return String(received.get(order.port) ?? 0);
  if (order.what === 'flood') return flood(order);
  if (order.what === 'hold') return hold(order);
  return order.protocol === 'TCP' ? probeTcp(order) : probeUdp(order);
}

async function answer(line: string): Promise<void> {
  const order = JSON.parse(line) as Order;
  console.log(JSON.stringify({ id: order.id, outcome: await obey(order) }));
}

createInterface(process.stdin)
  .on('line', (line) => void answer(line))
  .on('close', () => process.exit());
console.log(JSON.stringify({ id: 0, outcome: 'ready' }));
