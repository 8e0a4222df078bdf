//! A network between a client and a server on one machine: latency each way, and a limited bandwidth.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that are let through at once: at 100 MB/s they take 0.6 ms, ten times what a sleep is inexact by.
const CHUNK: usize = 64 * 1024;

/// Chunks that are on their way at most, 8 MiB: what 100 MB/s send in 80 ms. A slower receiver slows the sender, as TCP's window does.
const UNDER_WAY: usize = 128;

/// How a network behaves.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Between a byte's sending and its arrival, in each direction. A round trip takes twice as much.
    pub latency: Duration,
    /// Bytes a second of one connection in one direction.
    pub connection: u64,
    /// Bytes a second of all connections together in one direction.
    pub all: u64,
}

/// What went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes from clients to the server.
    pub up: u64,
    /// Bytes from the server to clients.
    pub down: u64,
    /// Connections that were opened.
    pub connections: u64,
}

/// A network. Dropping it lets no further connections in.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    conditions: Conditions,
    server: SocketAddr,
    up: Direction,
    down: Direction,
    connections: AtomicU64,
    closed: AtomicBool,
}

/// All connections in one direction.
#[derive(Debug)]
struct Direction {
    pace: Pace,
    bytes: AtomicU64,
}

/// When the next byte may be sent.
#[derive(Debug)]
struct Pace {
    rate: u64,
    free: Mutex<Instant>,
}

impl Pace {
    fn new(rate: u64) -> Self {
        Self { rate, free: Mutex::new(Instant::now()) }
    }

    /// Takes the time that so many bytes need, and gives its end. `late` is how long ago they could have been sent, had whoever sends
    /// them been woken in time.
    fn take(&self, bytes: usize, late: Duration) -> Instant {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let needed = Duration::from_nanos(bytes.saturating_mul(1_000_000_000) / self.rate.max(1));
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        // What was not used before is gone.
        let now = Instant::now();
        *free = (*free).max(now.checked_sub(late).unwrap_or(now)) + needed;
        *free
    }
}

impl Link {
    /// A network to a server, with an address of its own on the loopback interface.
    pub fn to(server: SocketAddr, conditions: Conditions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let direction = || Direction { pace: Pace::new(conditions.all), bytes: AtomicU64::new(0) };
        let shared = Arc::new(Shared {
            conditions,
            server,
            up: direction(),
            down: direction(),
            connections: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { address, shared })
    }

    /// `http://127.0.0.1:port`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What went through so far.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            up: self.shared.up.bytes.load(Ordering::Relaxed),
            down: self.shared.down.bytes.load(Ordering::Relaxed),
            connections: self.shared.connections.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        // It waits for a connection, so it is given one.
        let _ = TcpStream::connect(self.address);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    while let Ok((client, _)) = listener.accept() {
        if shared.closed.load(Ordering::Relaxed) {
            return;
        }
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(shared);
        // A connection that fails is closed, which its client sees.
        thread::spawn(move || connect(&client, &shared));
    }
}

/// Carries one connection's bytes both ways until both sides have ended.
fn connect(client: &TcpStream, shared: &Shared) -> io::Result<()> {
    // The handshake takes a round trip.
    thread::sleep(shared.conditions.latency * 2);
    let server = TcpStream::connect(shared.server)?;
    for side in [client, &server] {
        // What is sent goes at once: delays are ours alone to make.
        side.set_nodelay(true)?;
    }
    thread::scope(|scope| {
        scope.spawn(|| carry(client, &server, &shared.up, shared.conditions));
        carry(&server, client, &shared.down, shared.conditions);
    });
    Ok(())
}

/// A chunk and when it arrives.
type Arrival = (Instant, Vec<u8>);

fn carry(from: &TcpStream, to: &TcpStream, direction: &Direction, conditions: Conditions) {
    let (sender, receiver) = sync_channel::<Arrival>(UNDER_WAY);
    thread::scope(|scope| {
        scope.spawn(move || {
            deliver(to, &receiver);
        });
        // An error is an end: what came before it is delivered.
        let _ = send(from, &sender, direction, conditions);
        drop(sender);
    });
}

fn send(
    mut from: &TcpStream,
    sender: &SyncSender<Arrival>,
    direction: &Direction,
    conditions: Conditions,
) -> io::Result<()> {
    let own = Pace::new(conditions.connection);
    let mut late = Duration::ZERO;
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        chunk.truncate(read);
        direction.bytes.fetch_add(read as u64, Ordering::Relaxed);
        let sent = own.take(read, late).max(direction.pace.take(read, late));
        if sender.send((sent + conditions.latency, chunk)).is_err() {
            return Ok(());
        }
        // Nothing more is taken in before this much has gone out. A sleep ends late, by as much as the chunk takes on a busy machine.
        sleep_until(sent);
        late = Instant::now().saturating_duration_since(sent);
    }
}

fn deliver(mut to: &TcpStream, receiver: &Receiver<Arrival>) {
    for (arrival, chunk) in receiver {
        sleep_until(arrival);
        if to.write_all(&chunk).is_err() {
            break;
        }
    }
    // The other side learns of the end when the last byte is there. Its own bytes may still be on their way.
    let _ = to.shutdown(Shutdown::Write);
}

fn sleep_until(when: Instant) {
    thread::sleep(when.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends so many bytes back to each connection that sent a byte.
    fn generous(bytes: usize) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it listens");
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.expect("a client");
                thread::spawn(move || {
                    connection.read_exact(&mut [0]).expect("a byte");
                    connection.write_all(&vec![7; bytes]).expect("a client that reads");
                });
            }
        });
        address
    }

    /// The time that so many connections take to get their bytes.
    fn time(link: &Link, connections: usize, bytes: usize) -> Duration {
        let begun = Instant::now();
        thread::scope(|scope| {
            for _ in 0..connections {
                scope.spawn(|| {
                    let mut client = TcpStream::connect(link.address).expect("a link");
                    client.write_all(&[1]).expect("a server");
                    let mut all = Vec::new();
                    client.read_to_end(&mut all).expect("a server");
                    assert_eq!(all.len(), bytes);
                });
            }
        });
        begun.elapsed()
    }

    #[test]
    fn bytes_take_the_time_they_should() {
        const MEGABYTE: usize = 1_000_000;
        let check = |latency, connection, all, connections, bytes, least| {
            let conditions =
                Conditions { latency: Duration::from_millis(latency), connection, all };
            let link = Link::to(generous(bytes), conditions).expect("a free port");
            let taken = time(&link, connections, bytes);
            // Never faster than the network. How much slower it may be is the machine's affair; a minute is none.
            let least = Duration::from_millis(least);
            assert!(taken >= least, "{conditions:?}: {taken:?}, not {least:?}");
            assert!(taken < least + Duration::from_mins(1), "{conditions:?}: {taken:?}");
            let expected = Traffic {
                up: connections as u64,
                down: (connections * bytes) as u64,
                connections: connections as u64,
            };
            assert_eq!(link.traffic(), expected);
        };
        let fast = 10_000_000_000;
        // The handshake's round trip, and the answer's.
        check(50, fast, fast, 1, 10, 200);
        check(0, 10_000_000, fast, 1, MEGABYTE, 100);
        // Each has its own bandwidth, but all together no more than there is.
        check(0, 10_000_000, 20_000_000, 4, MEGABYTE, 200);
    }

    #[test]
    fn a_closed_link_lets_nobody_in() {
        let conditions =
            Conditions { latency: Duration::ZERO, connection: 1_000_000, all: 1_000_000 };
        let link = Link::to(generous(1), conditions).expect("a free port");
        let address = link.address;
        drop(link);
        while TcpStream::connect(address).is_ok() {
            thread::yield_now();
        }
    }
}
