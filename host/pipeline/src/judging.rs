//! The second pass: slabs are judged on all cores, and routed in file order while the next are judged.
//!
//! The spans of slabs are known from the first pass. In a plain file each slab is read and indexed by the thread that judges it; compressed
//! input is read and indexed on a separate thread.
//!
//! A slab is started when there is memory for it until it is routed, and for a worker if none is idle; the first slab in file order is
//! always started. So the budget, not a number, limits how many are under way.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use assay_ingest::{Limits, Slab, SlabReader, Summary};
use assay_model::FileResult;
use assay_sinks::OwnFiles;
use rayon::ThreadPool;

use crate::books::Destinations;
use crate::cost::Costs;
use crate::crew::{Crew, Turn};
use crate::duplicates::Duplicates;
use crate::error::RunError;
use crate::flow::{Next, Width, in_order};
use crate::input::Input;
use crate::judge::{Unjudged, judge, text_columns};
use crate::judged::JudgedSlab;
use crate::memory::{Budget, Lease};
use crate::observer::{Observer, Phase, Progress, go_on};
use crate::plan::Plan;
use crate::request::Request;
use crate::route::{ENCODING_BYTES, Router, Written};
use crate::spare::{Spare, Used};
use crate::survey::{SlabSpan, Survey};
use crate::totals::Totals;
use crate::worker::Worker;

/// Slabs routed together per thread: the encoder's dictionaries are loaded into the caches once for all of them.
const SLABS_A_THREAD: usize = 2;

/// Maximum number of slabs routed together: more would wait for encoding.
const SLABS_TOGETHER: usize = 8;

/// Maximum number of slabs under way per thread, besides those being routed: one being judged, and one waiting.
const SLABS_UNDER_WAY: usize = 2;

/// Maximum number of slabs read ahead per judging thread, where a single thread decompresses.
const SLABS_AHEAD: usize = 2;

fn together(threads: usize) -> usize {
    (threads * SLABS_A_THREAD).min(SLABS_TOGETHER)
}

/// The inputs of the second pass.
pub(crate) struct Judging<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) plan: &'a Plan,
    /// The destination of the output; `None`: nothing is written.
    pub(crate) own: Option<&'a OwnFiles<'a>>,
    pub(crate) run: &'a str,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) survey: Survey,
    pub(crate) limits: Limits,
}

/// The result of the second pass.
#[derive(Debug)]
pub(crate) struct JudgedFile {
    pub(crate) totals: Totals,
    pub(crate) written: Written,
    pub(crate) summary: Summary,
    pub(crate) file_results: Vec<(usize, FileResult)>,
    /// The number of records with a key, for each uniqueness rule.
    pub(crate) keys: Vec<u64>,
    pub(crate) milliseconds: u64,
    /// Peak of leased memory, in bytes.
    pub(crate) leased: usize,
}

/// A slab to be judged.
struct Work {
    at: SlabSpan,
    /// The slab, if it has already been read.
    slab: Option<Slab>,
    /// Its records that uniqueness rules hit.
    duplicates: Vec<Vec<u64>>,
    /// Recycled memory for it, and the lease for all of its memory.
    used: Used,
    lease: Lease,
    turn: Turn,
}

/// The source of slabs.
enum Slabs {
    /// The file is seekable: the thread that judges a slab reads it.
    Anywhere,
    /// Read sequentially on a separate thread, as far ahead as memory can be leased.
    InOrder(ReadAhead),
}

/// Slabs that another thread reads on request.
struct ReadAhead {
    wanted: Sender<(SlabSpan, Option<Slab>)>,
    read: Receiver<Slab>,
    /// Slabs requested and not yet taken: memory for their columns, and the lease for all of their memory.
    leased: VecDeque<(Used, Lease)>,
    /// Slabs still to be requested.
    spans: std::vec::IntoIter<SlabSpan>,
    /// Maximum number of outstanding requests.
    most: usize,
}

/// Shared resources for judging slabs.
struct Means {
    budget: Arc<Budget>,
    costs: Costs,
    crew: Crew,
    spare: Spare,
    consumed: Arc<AtomicU64>,
}

impl Means {
    /// Memory for a slab; `None` if there is too little while others are under way.
    fn lease(&self, at: &SlabSpan, alone: bool) -> Option<(Used, Lease)> {
        let bytes = self.costs.of(at);
        let leased = self.spare.lease(&self.budget, bytes);
        leased.or_else(|| alone.then(|| self.spare.lease_anyway(&self.budget, bytes)))
    }
}

impl ReadAhead {
    /// Requests as many slabs as there is memory for, and at least one if nothing else is under way. Returns whether the next is coming.
    fn ask(&mut self, means: &Means, alone: bool) -> bool {
        while self.leased.len() < self.most {
            let Some(at) = self.spans.as_slice().first().copied() else { break };
            let leased = means.lease(&at, alone && self.leased.is_empty());
            let Some((mut used, lease)) = leased else { break };
            self.spans.next();
            // If the reading thread has stopped, its result says why.
            let _ = self.wanted.send((at, used.slab.take()));
            self.leased.push_back((used, lease));
        }
        !self.leased.is_empty()
    }
}

impl Judging<'_> {
    pub(crate) fn carry_out(mut self, pool: &ThreadPool) -> Result<JudgedFile, RunError> {
        let began = Instant::now();
        let budget = Budget::new(self.request.room(self.survey.shape.width()));
        let costs = Costs::new(self.plan, self.survey.shape.width());
        let crew = Crew::new(Arc::clone(&budget), costs.worker(self.plan));
        let (spare, consumed) = (Spare::default(), Arc::default());
        let means = Means { budget, costs, crew, spare, consumed };
        let (totals, written) = if self.survey.seekable {
            pool.install(|| self.flow(&means, Slabs::Anywhere))?
        } else {
            self.decompressed(&means, pool)?
        };
        if totals.read != self.survey.summary.records {
            return Err(self.changed());
        }
        let Means { budget, crew, spare, .. } = means;
        // Plugin measures may need its memory now.
        drop(spare);
        let file_results = crew.into_worker().finish(self.plan, &totals)?;
        let milliseconds = crate::report::milliseconds(began);
        let Survey { summary, keys, .. } = self.survey;
        let leased = budget.most();
        Ok(JudgedFile { totals, written, summary, file_results, keys, milliseconds, leased })
    }

    /// Judges the slabs of compressed input, which another thread decompresses.
    fn decompressed(
        &mut self,
        means: &Means,
        pool: &ThreadPool,
    ) -> Result<(Totals, Written), RunError> {
        let input = self.request.input;
        let source = input.open(Arc::clone(&means.consumed));
        let decoded = assay_ingest::open(Box::new(source), self.request.entry)
            .map_err(|error| RunError::input(input, error))?;
        let limits = self.limits;
        let spans = self.survey.slabs.clone().into_iter();
        let most = self.request.workers() * SLABS_AHEAD;
        std::thread::scope(|scope| {
            let (wanted, asked) = channel();
            let (full, read) = channel();
            let reader =
                scope.spawn(move || read_asked(input, decoded.reader, limits, &asked, &full));
            let ahead = ReadAhead { wanted, read, leased: VecDeque::new(), spans, most };
            // No more slabs are requested after this, so the reader stops.
            let judged = pool.install(|| self.flow(means, Slabs::InOrder(ahead)));
            let read = reader.join().expect("the reading thread does not panic");
            // If reading failed, slabs are missing for that reason; report it first.
            read?;
            judged
        })
    }

    fn changed(&self) -> RunError {
        RunError::changed(self.request.input)
    }

    fn flow(&mut self, means: &Means, mut slabs: Slabs) -> Result<(Totals, Written), RunError> {
        let mut totals = Totals::new(self.plan, self.request.memory);
        let metadata = vec![("assay.run_id".to_owned(), self.run.to_owned())];
        let mut router =
            self.own.map(|own| Router::new(own, self.request.input, self.plan, metadata));
        let mut counted = Destinations::nothing(self.plan);
        // Memory for writing is reserved up front.
        let sending = self.own.map_or(0, OwnFiles::memory);
        let encoding = if router.is_some() { ENCODING_BYTES + sending } else { 0 };
        let mut encoder = means.budget.lease_anyway(encoding);
        let threads = self.request.workers();
        let together = together(threads);
        let mut spans = std::mem::take(&mut self.survey.slabs).into_iter();
        let mut duplicates = std::mem::take(&mut self.survey.duplicates);
        let judging = &*self;
        in_order(
            Width { at_once: SLABS_UNDER_WAY * threads + together, together },
            // The closure owns the source of slabs, so a reader that is ahead stops when it is dropped.
            move |alone| {
                let Some(at) = spans.as_slice().first().copied() else { return Ok(Next::End) };
                let next = judging.next(means, at, alone, &mut slabs, &mut duplicates)?;
                if matches!(next, Next::Item(_)) {
                    spans.next();
                }
                Ok(next)
            },
            |work| judging.judge(means, work),
            |done| {
                go_on(judging.observer)?;
                let (judged, leases): (Vec<JudgedSlab>, Vec<Lease>) = done.into_iter().unzip();
                if let Some(router) = &mut router {
                    router.route(&judged, judging.plan)?;
                    encoder.resize(encoding.max(router.memory() + sending));
                    means.crew.shrink();
                } else {
                    for slab in &judged {
                        counted.count(slab, judging.plan);
                    }
                }
                for (done, lease) in judged.into_iter().zip(leases) {
                    totals.add(&done, judging.plan)?;
                    means.spare.keep(done.slab, done.columns.into_iter().flatten(), lease);
                }
                judging.observer.progress(Progress {
                    phase: Phase::Judge,
                    bytes: means.consumed.load(Ordering::Relaxed),
                    total_bytes: judging.request.input.bytes(),
                    records: totals.read,
                    total_records: Some(judging.survey.summary.records),
                    quarantined: totals.quarantined(),
                });
                Ok(())
            },
        )?;
        let written = match router {
            Some(router) => router.finish()?,
            None => Written { arrived: counted, ..Written::default() },
        };
        Ok((totals, written))
    }

    /// The next slab, whose span is given, if there is memory for it and for a worker.
    fn next(
        &self,
        means: &Means,
        at: SlabSpan,
        alone: bool,
        slabs: &mut Slabs,
        duplicates: &mut [Duplicates],
    ) -> Result<Next<Work>, RunError> {
        let leased = match slabs {
            Slabs::Anywhere => means.lease(&at, alone),
            Slabs::InOrder(ahead) => {
                ahead.ask(means, alone).then(|| ahead.leased.pop_front()).flatten()
            }
        };
        let Some((used, lease)) = leased else { return Ok(Next::Later) };
        let turn = if alone { Some(means.crew.turn_anyway()) } else { means.crew.turn() };
        let Some(turn) = turn else {
            match slabs {
                Slabs::Anywhere => means.spare.take_back(used, lease),
                Slabs::InOrder(ahead) => ahead.leased.push_front((used, lease)),
            }
            return Ok(Next::Later);
        };
        let slab = match slabs {
            Slabs::Anywhere => None,
            Slabs::InOrder(ahead) => Some(ahead.read.recv().map_err(|_| self.changed())?),
        };
        let end = at.start.record + at.records as u64;
        let duplicates = duplicates
            .iter_mut()
            .map(|duplicates| duplicates.take_below(end))
            .collect::<io::Result<_>>()
            .map_err(RunError::temporary)?;
        Ok(Next::Item(Work { at, slab, duplicates, used, lease, turn }))
    }

    fn judge(&self, means: &Means, work: Work) -> Result<(JudgedSlab, Lease), RunError> {
        let Work { at, slab, duplicates, used, mut lease, turn } = work;
        let judged = means.crew.judge(turn, |worker| {
            go_on(self.observer)?;
            let (unjudged, columns) = match slab {
                Some(slab) => (Unjudged { slab, columns: None }, used.columns),
                None => (self.read(means, at, used, worker)?, Vec::new()),
            };
            if unjudged.slab.len() != at.records {
                return Err(self.changed());
            }
            let batch_size = self.request.batch_size.max(1);
            judge(unjudged, self.plan, worker, &duplicates, batch_size, columns)
        })?;
        let bytes = judged.memory();
        means.costs.learn(&at, bytes);
        lease.resize(bytes);
        Ok((judged, lease))
    }

    /// Reads one slab of a seekable file.
    fn read(
        &self,
        means: &Means,
        at: SlabSpan,
        used: Used,
        worker: &mut Worker,
    ) -> Result<Unjudged, RunError> {
        let input = self.request.input;
        let bytes = input.open_at(at.start.offset, Arc::clone(&means.consumed));
        let shape = Arc::clone(&self.survey.shape);
        let mut reader = SlabReader::at(bytes, shape, at.start, at.bytes);
        let columns = text_columns(self.plan);
        let memory = worker.memory(used.columns);
        let (slab, columns) = reader
            .slab_with_columns(at.start, at.records, used.slab, &columns, memory)
            .map_err(|error| RunError::input(input, error))?;
        Ok(Unjudged { slab, columns: Some(columns) })
    }
}

/// Reads slabs on request.
fn read_asked(
    input: &Input,
    reader: Box<dyn io::Read + Send>,
    limits: Limits,
    asked: &Receiver<(SlabSpan, Option<Slab>)>,
    full: &Sender<Slab>,
) -> Result<(), RunError> {
    let mut slabs = SlabReader::new(reader, limits);
    slabs.header().map_err(|fault| RunError::header(input, fault))?;
    for (at, spare) in asked {
        let slab = slabs
            .slab_at(at.start, at.records, spare)
            .map_err(|error| RunError::input(input, error))?;
        if full.send(slab).is_err() {
            // The judging side has given up and says why.
            break;
        }
    }
    Ok(())
}
