//! The second pass: slabs judged on all cores, and routed in the order of the file while the next are judged.
//!
//! Where slabs lie is known from the first pass. Of a plain file each is read and indexed by the thread that judges it; what has to be
//! decompressed is read and indexed on a thread of its own.
//!
//! A slab is begun when memory is there for what it will take until it is routed, and for a worker if there is none free; the first
//! in the order of the file always is. So the budget, and not a number, says how many are under way.

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

/// Slabs routed together for each thread: the encoder's dictionaries are fetched into the caches once for all of them.
const SLABS_A_THREAD: usize = 2;

/// Slabs routed together at most: more than that find work in encoding.
const SLABS_TOGETHER: usize = 8;

/// Slabs under way for each thread at most, beside those that are routed: one that is judged, and one that waits for its turn.
const SLABS_UNDER_WAY: usize = 2;

/// Slabs that are read ahead at most where one thread has to decompress them, for each that judges.
const SLABS_AHEAD: usize = 2;

fn together(threads: usize) -> usize {
    (threads * SLABS_A_THREAD).min(SLABS_TOGETHER)
}

/// What the second pass needs.
pub(crate) struct Judging<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) plan: &'a Plan,
    /// Where what is made goes; none: nothing is written.
    pub(crate) own: Option<&'a OwnFiles<'a>>,
    pub(crate) run: &'a str,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) survey: Survey,
    pub(crate) limits: Limits,
}

/// What it came to.
#[derive(Debug)]
pub(crate) struct JudgedFile {
    pub(crate) totals: Totals,
    pub(crate) written: Written,
    pub(crate) summary: Summary,
    pub(crate) file_results: Vec<(usize, FileResult)>,
    /// For each uniqueness rule how many records have a key.
    pub(crate) keys: Vec<u64>,
    pub(crate) milliseconds: u64,
    /// Bytes that were leased at once, at most.
    pub(crate) leased: usize,
}

/// A slab to be judged.
struct Work {
    at: SlabSpan,
    /// The slab, if it was read already.
    slab: Option<Slab>,
    /// The records of it that uniqueness rules hit.
    duplicates: Vec<Vec<u64>>,
    /// Memory for it that others are done with, and the lease of all it takes.
    used: Used,
    lease: Lease,
    turn: Turn,
}

/// Where slabs come from.
enum Slabs {
    /// Whoever judges one reads it: the file can be read anywhere.
    Anywhere,
    /// One after another, read on a thread of their own as far as memory is leased for them.
    InOrder(ReadAhead),
}

/// Slabs that another thread reads, once it is told to.
struct ReadAhead {
    wanted: Sender<(SlabSpan, Option<Slab>)>,
    read: Receiver<Slab>,
    /// Those that were asked for and not taken: memory for their columns, and the lease of all they take.
    leased: VecDeque<(Used, Lease)>,
    /// Those to be asked for.
    spans: std::vec::IntoIter<SlabSpan>,
    /// Asked for at once at most.
    most: usize,
}

/// What all slabs are judged with.
struct Means {
    budget: Arc<Budget>,
    costs: Costs,
    crew: Crew,
    spare: Spare,
    consumed: Arc<AtomicU64>,
}

impl Means {
    /// Memory for a slab; none if there is too little, and others are under way.
    fn lease(&self, at: &SlabSpan, alone: bool) -> Option<(Used, Lease)> {
        let bytes = self.costs.of(at);
        let leased = self.spare.lease(&self.budget, bytes);
        leased.or_else(|| alone.then(|| self.spare.lease_anyway(&self.budget, bytes)))
    }
}

impl ReadAhead {
    /// Asks for as many slabs as memory is there for, and at least for one if nothing else is under way. Says whether the next is coming.
    fn ask(&mut self, means: &Means, alone: bool) -> bool {
        while self.leased.len() < self.most {
            let Some(at) = self.spans.as_slice().first().copied() else { break };
            let leased = means.lease(&at, alone && self.leased.is_empty());
            let Some((mut used, lease)) = leased else { break };
            self.spans.next();
            // A thread that reads no more says why when it ends.
            let _ = self.wanted.send((at, used.slab.take()));
            self.leased.push_back((used, lease));
        }
        !self.leased.is_empty()
    }
}

impl Judging<'_> {
    pub(crate) fn carry_out(mut self, pool: &ThreadPool) -> Result<JudgedFile, RunError> {
        let began = Instant::now();
        let budget = Budget::new(self.request.room());
        let costs = Costs::new(self.plan, self.survey.shape.width(), self.limits);
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
        // Measures may need its memory now.
        drop(spare);
        let file_results = crew.into_worker().finish(self.plan, &totals)?;
        let milliseconds = crate::report::milliseconds(began);
        let Survey { summary, keys, .. } = self.survey;
        let leased = budget.most();
        Ok(JudgedFile { totals, written, summary, file_results, keys, milliseconds, leased })
    }

    /// Judges the slabs of what has to be decompressed, which another thread does.
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
            // Nobody asks any more then, so the reader stops.
            let judged = pool.install(|| self.flow(means, Slabs::InOrder(ahead)));
            let read = reader.join().expect("the reading thread does not panic");
            // Where reading failed, fewer slabs came, and that is why.
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
        // What writing will take is there before it does.
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
            // Whatever slabs come from goes with it, so that a reader that is ahead stops.
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

    /// The next slab, which is at that place, if there is memory for it and for who judges it.
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

    /// Reads one slab of a file that can be read anywhere.
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

/// Reads the slabs that are asked for.
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
