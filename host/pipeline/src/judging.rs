//! The second pass: slabs judged on all cores, and routed in the order of the file while the next are judged.
//!
//! Where slabs lie is known from the first pass. Of a plain file each is read and indexed by the thread that judges it; what has to be
//! decompressed is read and indexed on a thread of its own.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use assay_ingest::{Limits, Slab, SlabReader, Summary};
use assay_model::FileResult;
use assay_sinks::OwnFiles;
use rayon::ThreadPool;

use crate::books::Destinations;
use crate::duplicates::Duplicates;
use crate::error::RunError;
use crate::flow::{Width, in_order};
use crate::judge::{Unjudged, judge, text_columns};
use crate::judged::JudgedSlab;
use crate::observer::{Observer, Phase, Progress, go_on};
use crate::plan::Plan;
use crate::request::Request;
use crate::route::{Router, Written};
use crate::spare::Spare;
use crate::survey::{SlabSpan, Survey};
use crate::totals::Totals;
use crate::worker::Worker;

/// Slabs routed together for each thread: the encoder's dictionaries are fetched into the caches once for all of them.
const SLABS_A_THREAD: usize = 2;

/// Slabs routed together at most. As many are being judged, and each takes up to 9 MB with its columns: a run stays below 256 MB on any
/// number of threads. More than that find work in encoding.
const SLABS_TOGETHER: usize = 8;

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
    pub(crate) milliseconds: u64,
}

/// A slab to be judged.
struct Work {
    at: SlabSpan,
    /// The slab, if it was read already.
    slab: Option<Slab>,
    /// The records of it that uniqueness rules hit.
    duplicates: Vec<Vec<u64>>,
}

/// Where slabs come from.
enum Slabs {
    /// Whoever judges one reads it: the file can be read anywhere.
    Anywhere,
    /// One after another, read on a thread of their own.
    InOrder(Receiver<Slab>),
}

impl Judging<'_> {
    pub(crate) fn carry_out(mut self, pool: &ThreadPool) -> Result<JudgedFile, RunError> {
        let began = Instant::now();
        let threads = self.request.threads.max(1);
        let workers: Vec<Mutex<Worker>> = (0..threads).map(|_| Mutex::default()).collect();
        let consumed = Arc::new(AtomicU64::new(0));
        let spare = Spare::default();
        let crew = Crew { workers: &workers, spare: &spare, consumed: &consumed };
        let (totals, written) = if self.survey.seekable {
            pool.install(|| self.flow(&crew, threads, Slabs::Anywhere))?
        } else {
            self.decompressed(&crew, pool, threads)?
        };
        if totals.read != self.survey.summary.records {
            return Err(self.changed());
        }
        let mut first = workers.into_iter().next().map(Mutex::into_inner);
        let worker =
            first.as_mut().expect("at least one thread").as_mut().expect("no thread panicked");
        let file_results = worker.finish(self.plan, &totals)?;
        let milliseconds = crate::report::milliseconds(began);
        let summary = self.survey.summary;
        Ok(JudgedFile { totals, written, summary, file_results, milliseconds })
    }

    /// Judges the slabs of what has to be decompressed, which another thread does.
    fn decompressed(
        &mut self,
        crew: &Crew<'_>,
        pool: &ThreadPool,
        threads: usize,
    ) -> Result<(Totals, Written), RunError> {
        let input = self.request.input;
        let failed = |error| RunError::input(input, error);
        let source = input.open(Arc::clone(crew.consumed));
        let decoded = assay_ingest::open(Box::new(source), self.request.entry)
            .map_err(|error| failed(io::Error::other(error)))?;
        let limits = self.limits;
        let spans = self.survey.slabs.clone();
        std::thread::scope(|scope| {
            let (full, slabs) = sync_channel(together(threads));
            let spare = crew.spare;
            let reader = scope.spawn(move || read(decoded.reader, limits, &spans, &full, spare));
            // The receiver is gone then, so a reader that is ahead stops at its next slab.
            let judged = pool.install(|| self.flow(crew, threads, Slabs::InOrder(slabs)));
            let read = reader.join().expect("the reading thread does not panic");
            // Where reading failed, fewer slabs came, and that is why.
            read.map_err(failed)?;
            judged
        })
    }

    fn changed(&self) -> RunError {
        RunError::InputChanged { location: self.request.input.location() }
    }

    fn flow(
        &mut self,
        crew: &Crew<'_>,
        threads: usize,
        slabs: Slabs,
    ) -> Result<(Totals, Written), RunError> {
        let mut totals = Totals::new(self.plan);
        let metadata = vec![("assay.run_id".to_owned(), self.run.to_owned())];
        let mut router =
            self.own.map(|own| Router::new(own, self.request.input, self.plan, metadata));
        let mut counted = Destinations::nothing(self.plan);
        let together = together(threads);
        let mut spans = std::mem::take(&mut self.survey.slabs).into_iter();
        let mut duplicates = std::mem::take(&mut self.survey.duplicates);
        let judging = &*self;
        in_order(
            Width { at_once: 2 * together, together },
            // Whatever slabs come from goes with it, so that a reader that is ahead stops.
            move || {
                let Some(at) = spans.next() else { return Ok(None) };
                judging.work(at, &mut duplicates, &slabs).map(Some)
            },
            |work| judging.judge(crew, work),
            |judged| {
                go_on(judging.observer)?;
                match &mut router {
                    Some(router) => router.route(&judged, judging.plan)?,
                    None => judged.iter().for_each(|slab| counted.count(slab, judging.plan)),
                }
                for done in judged {
                    totals.add(&done, judging.plan);
                    crew.spare.keep(done.slab, done.columns.into_iter().flatten());
                }
                judging.observer.progress(Progress {
                    phase: Phase::Judge,
                    bytes: crew.consumed.load(Ordering::Relaxed),
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

    /// The next slab, which is at that place.
    fn work(
        &self,
        at: SlabSpan,
        duplicates: &mut [Duplicates],
        slabs: &Slabs,
    ) -> Result<Work, RunError> {
        let end = at.start.record + at.records as u64;
        let duplicates = duplicates
            .iter_mut()
            .map(|duplicates| duplicates.take_below(end))
            .collect::<io::Result<_>>()
            .map_err(RunError::temporary)?;
        let slab = match slabs {
            Slabs::Anywhere => None,
            Slabs::InOrder(slabs) => Some(slabs.recv().map_err(|_| self.changed())?),
        };
        Ok(Work { at, slab, duplicates })
    }

    fn judge(&self, crew: &Crew<'_>, work: Work) -> Result<JudgedSlab, RunError> {
        go_on(self.observer)?;
        let index = rayon::current_thread_index().expect("on the pool");
        let mut worker = crew.workers[index].lock().expect("no thread panicked");
        let unjudged = match work.slab {
            Some(slab) => Unjudged { slab, columns: None },
            None => self.read(crew, work.at, &mut worker)?,
        };
        if unjudged.slab.len() != work.at.records {
            return Err(self.changed());
        }
        let batch_size = self.request.batch_size.max(1);
        Ok(judge(unjudged, self.plan, &mut worker, &work.duplicates, batch_size, crew.spare)?)
    }

    /// Reads one slab of a file that can be read anywhere.
    fn read(
        &self,
        crew: &Crew<'_>,
        at: SlabSpan,
        worker: &mut Worker,
    ) -> Result<Unjudged, RunError> {
        let input = self.request.input;
        let failed = |error| RunError::input(input, error);
        let bytes = input.open_at(at.start.offset, Arc::clone(crew.consumed));
        let shape = Arc::clone(&self.survey.shape);
        let mut reader = SlabReader::at(bytes, shape, at.start, at.bytes);
        let columns = text_columns(self.plan);
        let memory = worker.memory(crew.spare);
        let (slab, columns) = reader
            .slab_with_columns(at.start, at.records, crew.spare.slab(), &columns, memory)
            .map_err(failed)?;
        Ok(Unjudged { slab, columns: Some(columns) })
    }
}

/// Who judges, and with what: shared by all slabs.
struct Crew<'a> {
    workers: &'a [Mutex<Worker>],
    spare: &'a Spare,
    consumed: &'a Arc<AtomicU64>,
}

fn read(
    reader: Box<dyn io::Read + Send>,
    limits: Limits,
    spans: &[SlabSpan],
    full: &SyncSender<Slab>,
    spare: &Spare,
) -> io::Result<()> {
    let mut slabs = SlabReader::new(reader, limits);
    slabs.header().map_err(io::Error::other)?;
    for at in spans {
        let slab = slabs.slab_at(at.start, at.records, spare.slab())?;
        if full.send(slab).is_err() {
            // The judging side has given up and says why.
            break;
        }
    }
    Ok(())
}
