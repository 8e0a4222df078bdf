//! A store that stops in the middle, like a process held up by the system or a person.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use assay_store::{Expected, Finished, Found, Key, Object, Store, StoreError, Upload, Version};

/// Stops a run at a certain operation and lets it continue later.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Operations that may still pass before the stop.
    left: u64,
    done: u64,
    stopped: bool,
    /// Whether everything may pass.
    open: bool,
}

impl Gate {
    /// Creates a gate that lets `operations` pass and stops the next.
    pub fn after(operations: u64) -> Arc<Self> {
        let state = State { left: operations, ..State::default() };
        Arc::new(Self { state: Mutex::new(state), moved: Condvar::new() })
    }

    /// Waits until an operation is stopped at the gate, or the gate is open.
    pub fn wait(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |state: &mut State| !state.stopped && !state.open;
        drop(self.moved.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner));
    }

    /// Lets everything through.
    pub fn open(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).open = true;
        self.moved.notify_all();
    }

    /// Number of operations that have passed.
    pub fn operations(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).done
    }

    fn pass(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        if state.open {
            return;
        }
        if state.left > 0 {
            state.left -= 1;
            return;
        }
        state.stopped = true;
        self.moved.notify_all();
        drop(
            self.moved
                .wait_while(state, |state| !state.open)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }
}

/// A store whose operations pass through a gate before they are carried out.
#[derive(Debug)]
pub struct PausedStore {
    /// The store.
    pub inner: Box<dyn Store>,
    /// The gate.
    pub gate: Arc<Gate>,
}

struct PausedUpload {
    inner: Box<dyn Upload>,
    gate: Arc<Gate>,
}

impl Write for PausedUpload {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.inner.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Upload for PausedUpload {
    fn finish(self: Box<Self>) -> Result<Finished, StoreError> {
        self.gate.pass();
        self.inner.finish()
    }
}

impl Store for PausedStore {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        self.gate.pass();
        let inner = self.inner.upload(key)?;
        Ok(Box::new(PausedUpload { inner, gate: Arc::clone(&self.gate) }))
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        self.gate.pass();
        self.inner.get(key)
    }

    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        self.gate.pass();
        self.inner.verify(key, expected)
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        self.gate.pass();
        self.inner.create(key, bytes)
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        self.gate.pass();
        self.inner.replace(key, bytes, expected)
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.gate.pass();
        self.inner.delete(key)
    }

    fn url(&self, key: &Key) -> String {
        self.inner.url(key)
    }
}
