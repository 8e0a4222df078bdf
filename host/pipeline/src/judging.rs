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
use assay_model::{FileResult, RuleClass};
use assay_sinks::Partition;
use assay_store::Store;
use rayon::ThreadPool;

use crate::duplicates::Duplicates;
use crate::error::RunError;
use crate::flow::{Width, in_order};
use crate::judge::{Judged, Read, judge, text_columns};
use crate::observer::{Observer, Phase, Progress};
use crate::plan::Plan;
use crate::route::{Router, Written};
use crate::run::Request;
use crate::spare::Spare;
use crate::survey::{SlabPlace, Survey, input_error};
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
    pub(crate) store: &'a dyn Store,
    pub(crate) partition: &'a Partition,
    pub(crate) run: &'a str,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) survey: Survey,
    pub(crate) limits: Limits,
    /// Whether records are written, and not only judged.
    pub(crate) everything: bool,
}

/// What it came to.
#[derive(Debug)]
pub(crate) struct JudgedFile {
    pub(crate) totals: Totals,
    pub(crate) written: Written,
    pub(crate) summary: Summary,
    pub(crate) file_results: Vec<(usize, FileResult)>,
    pub(crate) everything: bool,
    pub(crate) milliseconds: u64,
}

/// A slab to be judged.
struct Work {
    at: SlabPlace,
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
        let run = Run { workers: &workers, spare: &spare, consumed: &consumed };
        let (mut totals, written) = if self.survey.seekable {
            pool.install(|| self.flow(&run, threads, Slabs::Anywhere))?
        } else {
            self.in_order(&run, pool, threads)?
        };
        if totals.read != self.survey.summary.records {
            return Err(self.changed());
        }
        let mut first = workers.into_iter().next().map(Mutex::into_inner);
        let worker =
            first.as_mut().expect("at least one thread").as_mut().expect("no thread panicked");
        let file_results = self.finish(worker, &mut totals)?;
        let milliseconds = crate::account::milliseconds(began);
        let everything = self.everything;
        let summary = self.survey.summary;
        Ok(JudgedFile { totals, written, summary, file_results, everything, milliseconds })
    }

    /// Judges slabs that another thread reads.
    fn in_order(
        &mut self,
        run: &Run<'_>,
        pool: &ThreadPool,
        threads: usize,
    ) -> Result<(Totals, Written), RunError> {
        let input = self.request.input;
        let failed = |error| input_error(input, error);
        let source = input.open(Arc::clone(run.consumed));
        let decoded = assay_ingest::open(Box::new(source), self.request.entry)
            .map_err(|error| failed(io::Error::other(error)))?;
        let limits = self.limits;
        let places = self.survey.slabs.clone();
        std::thread::scope(|scope| {
            let (full, slabs) = sync_channel(together(threads));
            let spare = run.spare;
            let reader = scope.spawn(move || read(decoded.reader, limits, &places, &full, spare));
            // The receiver is gone then, so a reader that is ahead stops at its next slab.
            let judged = pool.install(|| self.flow(run, threads, Slabs::InOrder(slabs)));
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
        run: &Run<'_>,
        threads: usize,
        slabs: Slabs,
    ) -> Result<(Totals, Written), RunError> {
        let mut totals = Totals::new(self.plan);
        let metadata = vec![("assay.run_id".to_owned(), self.run.to_owned())];
        let mut router = self.everything.then(|| {
            Router::new(
                self.store,
                self.request.input,
                self.partition,
                self.run,
                self.plan,
                metadata,
            )
        });
        let together = together(threads);
        let mut places = std::mem::take(&mut self.survey.slabs).into_iter();
        let mut duplicates = std::mem::take(&mut self.survey.duplicates);
        let judging = &*self;
        in_order(
            Width { at_once: 2 * together, together },
            // Whatever slabs come from goes with it, so that a reader that is ahead stops.
            move || {
                let Some(at) = places.next() else { return Ok(None) };
                judging.work(at, &mut duplicates, &slabs).map(Some)
            },
            |work| judging.judge(run, work),
            |judged| {
                if let Some(router) = &mut router {
                    router.route(&judged, judging.plan)?;
                }
                for done in judged {
                    totals.add(&done, judging.plan);
                    run.spare.keep(done.slab, done.columns.into_iter().flatten());
                }
                judging.observer.progress(Progress {
                    phase: Phase::Judge,
                    bytes: run.consumed.load(Ordering::Relaxed),
                    total_bytes: judging.request.input.bytes(),
                    records: totals.read,
                    total_records: Some(judging.survey.summary.records),
                    quarantined: totals.quarantined(),
                });
                Ok(())
            },
        )?;
        let written = router.map_or_else(|| Ok(Written::default()), Router::finish)?;
        Ok((totals, written))
    }

    /// The next slab, which is at that place.
    fn work(
        &self,
        at: SlabPlace,
        duplicates: &mut [Duplicates],
        slabs: &Slabs,
    ) -> Result<Work, RunError> {
        let end = at.place.record + at.records as u64;
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

    fn judge(&self, run: &Run<'_>, work: Work) -> Result<Judged, RunError> {
        let index = rayon::current_thread_index().expect("on the pool");
        let mut worker = run.workers[index].lock().expect("no thread panicked");
        let read = match work.slab {
            Some(slab) => Read { slab, columns: None },
            None => self.read(run, work.at, &mut worker)?,
        };
        if read.slab.len() != work.at.records {
            return Err(self.changed());
        }
        let batch_size = self.request.batch_size.max(1);
        Ok(judge(read, self.plan, &mut worker, &work.duplicates, batch_size, run.spare)?)
    }

    /// Reads one slab of a file that can be read anywhere.
    fn read(&self, run: &Run<'_>, at: SlabPlace, worker: &mut Worker) -> Result<Read, RunError> {
        let input = self.request.input;
        let failed = |error| input_error(input, error);
        let bytes = input.open_at(at.place.offset, Arc::clone(run.consumed));
        let shape = Arc::clone(&self.survey.shape);
        let mut reader = SlabReader::at(bytes, shape, at.place, at.bytes);
        let columns = text_columns(self.plan);
        let memory = worker.memory(run.spare);
        let (slab, columns) = reader
            .slab_with_columns(at.place, at.records, run.spare.slab(), &columns, memory)
            .map_err(failed)?;
        Ok(Read { slab, columns: Some(columns) })
    }

    /// Lets plugins judge the file by its measures.
    fn finish(
        &self,
        worker: &mut Worker,
        totals: &mut Totals,
    ) -> Result<Vec<(usize, FileResult)>, RunError> {
        let mut results = Vec::new();
        for class in [RuleClass::Normalise, RuleClass::Validate, RuleClass::Quarantine] {
            for index in self.plan.stages_of(class).filter(|&index| self.plan.stages[index].called)
            {
                let measures = totals.measures(index);
                for result in worker.finish(self.plan, index, &measures)? {
                    results.push((self.plan.stages[index].rule(result.rule), result));
                }
            }
        }
        Ok(results)
    }
}

/// What all slabs are judged with.
struct Run<'a> {
    workers: &'a [Mutex<Worker>],
    spare: &'a Spare,
    consumed: &'a Arc<AtomicU64>,
}

fn read(
    reader: Box<dyn io::Read + Send>,
    limits: Limits,
    places: &[SlabPlace],
    full: &SyncSender<Slab>,
    spare: &Spare,
) -> io::Result<()> {
    let mut slabs = SlabReader::new(reader, limits);
    slabs.header().map_err(io::Error::other)?;
    for at in places {
        let slab = slabs.slab_at(at.place, at.records, spare.slab())?;
        if full.send(slab).is_err() {
            // The judging side has given up and says why.
            break;
        }
    }
    Ok(())
}
