//! The second pass: slabs judged on all cores in waves, routed in the order of the file while the next wave is judged.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use assay_ingest::{Limits, Slab, SlabReader, Summary};
use assay_model::{FileResult, RuleClass};
use assay_sandbox::SandboxError;
use assay_sinks::Partition;
use assay_sinks::store::Store;
use rayon::prelude::*;

use crate::error::RunError;
use crate::judge::{Judged, judge};
use crate::observer::{Observer, Phase, Progress};
use crate::plan::Plan;
use crate::route::{Router, Written};
use crate::run::Request;
use crate::spare::Spare;
use crate::survey::{Survey, input_error};
use crate::totals::Totals;
use crate::worker::Worker;

/// Slabs judged at once for each thread. Two: enough that no thread waits for the last slab of a wave alone, and few
/// enough that waves being judged, routed and read ahead stay under 100 MB on two cores.
const SLABS_A_THREAD: usize = 2;

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

/// A slab with the records of it that uniqueness rules hit.
struct Work {
    slab: Slab,
    duplicates: Vec<Vec<u64>>,
}

impl Judging<'_> {
    pub(crate) fn carry_out(mut self) -> Result<JudgedFile, RunError> {
        let began = Instant::now();
        let threads = self.request.threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("judge-{index}"))
            .build()
            .map_err(|error| RunError::temporary(io::Error::other(error)))?;
        let workers: Vec<Mutex<Worker>> = (0..threads).map(|_| Mutex::default()).collect();
        let consumed = Arc::new(AtomicU64::new(0));
        let source = self.request.input.open(Arc::clone(&consumed));
        let source = source.map_err(|error| input_error(self.request.input, error))?;
        let decoded = assay_ingest::open(Box::new(source), self.request.entry)
            .map_err(|error| input_error(self.request.input, io::Error::other(error)))?;
        let wave = threads * SLABS_A_THREAD;
        let (mut totals, written, summary) = std::thread::scope(|scope| {
            let (full, slabs) = sync_channel(wave);
            let (empty, recycled) = channel();
            let limits = self.limits;
            let reader = scope.spawn(move || read(decoded.reader, limits, &full, &recycled));
            let judged = pool.install(|| self.waves(&workers, wave, slabs, &empty, &consumed));
            // The receiver is gone, so a reader that is ahead stops at its next slab.
            let read = reader.join().expect("the reading thread does not panic");
            let (totals, written) = judged?;
            let summary = read.map_err(|error| input_error(self.request.input, error))?;
            Ok::<_, RunError>((totals, written, summary))
        })?;
        if summary.bytes != self.survey.summary.bytes || summary.records != totals.read {
            return Err(RunError::InputChanged { location: self.request.input.location() });
        }
        let mut first = workers.into_iter().next().map(Mutex::into_inner);
        let worker =
            first.as_mut().expect("at least one thread").as_mut().expect("no thread panicked");
        let file_results = self.finish(worker, &mut totals)?;
        let milliseconds = crate::account::milliseconds(began);
        let everything = self.everything;
        Ok(JudgedFile { totals, written, summary, file_results, everything, milliseconds })
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a receiver can move to the pool's thread and not be lent to it; dropping it stops the reader"
    )]
    fn waves(
        &mut self,
        workers: &[Mutex<Worker>],
        wave: usize,
        slabs: Receiver<Slab>,
        empty: &Sender<Slab>,
        consumed: &AtomicU64,
    ) -> Result<(Totals, Written), RunError> {
        let plan = self.plan;
        let batch_size = self.request.batch_size.max(1);
        let mut totals = Totals::new(plan);
        let metadata = vec![("assay.run_id".to_owned(), self.run.to_owned())];
        let mut router = self
            .everything
            .then(|| Router::new(self.store, self.partition, self.run, plan, metadata));
        let mut judged: Vec<Judged> = Vec::new();
        let spare = Spare::default();
        loop {
            let next = self.next_wave(&slabs, wave)?;
            let ended = next.is_empty();
            let (next_judged, outcome) = rayon::join(
                || {
                    next.into_par_iter()
                        .map(|work| {
                            let index = rayon::current_thread_index().expect("on the pool");
                            let mut worker = workers[index].lock().expect("no thread panicked");
                            judge(
                                work.slab,
                                plan,
                                &mut worker,
                                &work.duplicates,
                                batch_size,
                                &spare,
                            )
                        })
                        .collect::<Result<Vec<_>, SandboxError>>()
                },
                || router.as_mut().map_or(Ok(()), |router| router.route(&judged, plan)),
            );
            outcome?;
            for done in judged.drain(..) {
                // A reader that has ended takes no more.
                let _ = empty.send(done.slab);
                spare.keep(done.columns.into_iter().flatten());
            }
            judged = next_judged?;
            for slab in &judged {
                totals.add(slab, plan);
            }
            self.observer.progress(Progress {
                phase: Phase::Judge,
                bytes: consumed.load(Ordering::Relaxed),
                total_bytes: self.request.input.bytes(),
                records: totals.read,
                total_records: Some(self.survey.summary.records),
                quarantined: totals.quarantined(),
            });
            if ended {
                break;
            }
        }
        let written = router.map_or_else(|| Ok(Written::default()), Router::finish)?;
        Ok((totals, written))
    }

    fn next_wave(&mut self, slabs: &Receiver<Slab>, size: usize) -> Result<Vec<Work>, RunError> {
        let mut wave = Vec::with_capacity(size);
        while wave.len() < size {
            let Ok(slab) = slabs.recv() else { break };
            let end = slab.first_record() + slab.len() as u64;
            let duplicates = self
                .survey
                .duplicates
                .iter_mut()
                .map(|duplicates| duplicates.take_below(end))
                .collect::<io::Result<_>>()
                .map_err(RunError::temporary)?;
            wave.push(Work { slab, duplicates });
        }
        Ok(wave)
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

fn read(
    reader: Box<dyn io::Read + Send>,
    limits: Limits,
    full: &SyncSender<Slab>,
    recycled: &Receiver<Slab>,
) -> io::Result<Summary> {
    let mut slabs = SlabReader::new(reader, limits);
    slabs.header().map_err(io::Error::other)?;
    while let Some(slab) = slabs.next_slab(recycled.try_recv().ok())? {
        if full.send(slab).is_err() {
            // The judging side has given up and says why.
            break;
        }
    }
    Ok(slabs.summary())
}
