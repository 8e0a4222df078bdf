//! A run from beginning to end: peek, identify, plan, survey, judge, account, publish.

use std::path::Path;
use std::time::Instant;

use assay_model::FileOutcome;
use assay_packs::{Identified, Pack};
use assay_sandbox::Component;
use assay_sinks::documents::SchemaVersion;
use assay_sinks::{OwnFiles, Partition};
use assay_store::Store;
use rayon::ThreadPool;

use crate::build::Basis;
use crate::error::{RunError, chain};
use crate::identify::{Found, Unidentified, identify};
use crate::identity;
use crate::judging::{JudgedFile, Judging};
use crate::loading::Pinned;
use crate::observer::{Observer, Phase, Progress, go_on};
use crate::peek::{self, Peeked, Unpeeked};
use crate::plan::Plan;
use crate::publish::{Beginning, Ending, Publishing};
use crate::report::{Failure, Reason, Report, milliseconds};
use crate::request::{Purpose, Request, limits};
use crate::survey::Survey;
use crate::{account, commit, invariants};

/// Judges a file and publishes what passes. Never fails: errors are in the report and in the audit.
pub fn run(request: &Request<'_>, store: &dyn Store, observer: &dyn Observer) -> Report {
    Attempt::new(request, observer, Some(store)).carry_out()
}

/// Judges a file and writes nothing.
pub fn check(request: &Request<'_>, observer: &dyn Observer) -> Report {
    Attempt::new(request, observer, None).carry_out()
}

/// How an attempt ended early.
enum EarlyEnd {
    Refused(Reason),
    Failed(RunError),
    /// The run had already been published.
    Done,
}

impl<E: Into<RunError>> From<E> for EarlyEnd {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

struct Attempt<'a> {
    request: &'a Request<'a>,
    observer: &'a dyn Observer,
    /// The store to publish to; `None`: the file is only checked.
    store: Option<&'a dyn Store>,
    report: Report,
    partition: Option<Partition>,
    /// The header, once it has been read.
    seen: Option<SchemaVersion>,
    began: Instant,
}

impl<'a> Attempt<'a> {
    fn new(
        request: &'a Request<'a>,
        observer: &'a dyn Observer,
        store: Option<&'a dyn Store>,
    ) -> Self {
        let report = Report::begin(request.input);
        let began = Instant::now();
        Self { request, observer, store, report, partition: None, seen: None, began }
    }

    fn carry_out(mut self) -> Report {
        match self.attempt() {
            Ok(()) | Err(EarlyEnd::Done) => {}
            // The judgement may concern half a file that is still being written.
            Err(EarlyEnd::Refused(reason)) => {
                if let Err(error) = RunError::unless_same(self.request.input) {
                    self.fail(&error);
                } else {
                    self.report.outcome = FileOutcome::Refused.to_string();
                    self.report.refusal = Some(reason);
                }
            }
            Err(EarlyEnd::Failed(error)) => self.fail(&error),
        }
        self.end_clock();
        if let Some(store) = self.store
            && !self.report.already_published
            && self.report.report.is_none()
        {
            self.leave_audit(store);
        }
        self.report
    }

    /// The run, step by step. Each step adds its results to the report before the next can fail.
    fn attempt(&mut self) -> Result<(), EarlyEnd> {
        let peeked = self.peek()?;
        let identified = self.identify(&peeked)?;
        let (plan, components) = self.plan(&identified)?;
        let pool = self.pool()?;
        let survey = self.survey(&plan, &identified.pack, &pool)?;
        let run = identity::run_id(&survey.digest, &identified, &components);
        self.report.run_id = Some(run.clone());
        let partition = self.partition.clone().expect("identified files have a partition");
        let publishing = self.begin_publication(&partition, &run, &identified)?;
        let own = publishing.as_deref().map(Publishing::own);
        let judged = self.judge(&plan, &identified.pack, survey, own, &run, &pool);
        match (publishing, judged) {
            (Some(publishing), Ok((judged, outcome))) => {
                self.publish(*publishing, &identified, &judged, outcome)
            }
            (Some(publishing), Err(end)) => {
                self.telling(|report| publishing.give_up(report));
                Err(end)
            }
            (None, judged) => judged.map(drop),
        }
    }

    /// The second pass, and its account.
    fn judge(
        &mut self,
        plan: &Plan,
        pack: &Pack,
        survey: Survey,
        own: Option<&OwnFiles<'_>>,
        run: &str,
        pool: &ThreadPool,
    ) -> Result<(JudgedFile, FileOutcome), EarlyEnd> {
        let columns = survey.shape.width();
        let judging = Judging {
            request: self.request,
            plan,
            own,
            run,
            observer: self.observer,
            survey,
            limits: limits(pack),
        };
        let judged = judging.carry_out(pool)?;
        if let Some(text) = self.request.overdrawn(judged.leased, columns) {
            self.notice(text);
        }
        let outcome = self.account(plan, pack, &judged)?;
        Ok((judged, outcome))
    }

    /// Examines the beginning: whether it is a table, its header and first record.
    fn peek(&mut self) -> Result<Peeked, EarlyEnd> {
        let peeked = match peek::peek(self.request.input, self.request.entry, self.observer) {
            Ok(peeked) => peeked,
            Err(Unpeeked::NoTable(refusal)) => {
                self.report.source.compression = refusal.compression.map(str::to_owned);
                return Err(EarlyEnd::Refused(refusal.reason));
            }
            Err(Unpeeked::Failed(error)) => return Err(error.into()),
        };
        self.report.source.compression = Some(peeked.compression.to_owned());
        if let Some(entry) = &peeked.entry {
            self.report.source.name = Some(entry.clone());
        }
        Ok(peeked)
    }

    /// Identifies the file, and the pack that judges it.
    fn identify(&mut self, peeked: &Peeked) -> Result<Identified, EarlyEnd> {
        let Request { input, pack, discovery, .. } = *self.request;
        let Found { found, left_out } = identify(input, peeked, pack, discovery)?;
        for text in left_out {
            self.notice(text);
        }
        let identified = match found {
            Ok(identified) => identified,
            Err(unidentified) => return Err(self.refuse(unidentified, peeked)),
        };
        self.seen = Some(commit::layout_seen(
            &identified.dataset,
            &peeked.header.names,
            Some(&identified.layout),
            &self.report,
        ));
        self.report.dataset = Some(identified.dataset.clone());
        self.report.kind = Some(identified.kind.clone());
        self.report.layout = Some(identified.layout.name().to_owned());
        self.report.partition = identified.partition.iter().cloned().collect();
        self.report.pack = Some(self.pack_name(identified.pack.path()));
        self.report.pack_digest = Some(format!("sha256:{}", identified.pack.digest()));
        self.partition = Some(Partition {
            dataset: identified.dataset.clone(),
            kind: identified.kind.clone(),
            keys: identified.partition.clone(),
        });
        Ok(identified)
    }

    fn refuse(&mut self, unidentified: Unidentified, peeked: &Peeked) -> EarlyEnd {
        let message = unidentified.message(peeked);
        let Unidentified { refusal, dataset } = unidentified;
        let layout = refusal.layout();
        let name = dataset.as_deref().unwrap_or_default();
        self.seen = Some(commit::layout_seen(name, &peeked.header.names, layout, &self.report));
        self.report.partition = refusal.partition().iter().cloned().collect();
        if let Some(layout) = layout {
            self.report.layout = Some(layout.name().to_owned());
            self.report.kind = Some(layout.kind().to_owned());
            self.report.dataset = dataset;
        }
        EarlyEnd::Refused(Reason { code: refusal.code().to_owned(), message })
    }

    fn pack_name(&self, path: &Path) -> String {
        let rules = self.request.discovery.rules();
        path.strip_prefix(rules).unwrap_or(path).display().to_string()
    }

    /// Loads the pack's plugins and resolves the plan.
    fn plan(&mut self, identified: &Identified) -> Result<(Plan, Vec<Component>), EarlyEnd> {
        let pack = &identified.pack;
        let pinned = Pinned::open(pack, self.request.discovery, self.request.cache.clone())?;
        let mut components = Vec::with_capacity(pack.plugins().len());
        let span = tracing::debug_span!("load").entered();
        for used in pack.plugins() {
            let component = pinned.load(used)?;
            let digest = format!("sha256:{}", component.digest());
            self.report.plugins.insert(used.name().to_owned(), digest);
            components.push(component);
        }
        drop(span);
        for warning in pinned.warnings() {
            self.notice(warning);
        }
        let purpose = if self.store.is_some() { Purpose::Publish } else { Purpose::Check };
        let plan = Basis::of_pack(identified, &components, purpose).plan()?;
        if !identified.name_matched {
            let rule = &plan.rules[plan.host.file_name];
            let observed = self.report.source.name.as_deref().unwrap_or("no name").to_owned();
            let expected = "a name that matches one of the dataset's `file_name` patterns";
            account::file_rule_fails(&mut self.report, rule, &observed, expected);
        }
        Ok((plan, components))
    }

    fn pool(&self) -> Result<ThreadPool, RunError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.request.workers())
            .thread_name(|index| format!("judge-{index}"))
            .build()
            .map_err(|error| RunError::temporary(std::io::Error::other(error)))
    }

    /// The first pass.
    fn survey(&mut self, plan: &Plan, pack: &Pack, pool: &ThreadPool) -> Result<Survey, EarlyEnd> {
        let began = Instant::now();
        let surveyed = pool
            .install(|| crate::survey::survey(self.request, limits(pack), plan, self.observer))?;
        self.report.milliseconds.survey = milliseconds(began);
        let survey = surveyed.map_err(|fault| EarlyEnd::Refused(peek::blame(&fault)))?;
        account::source(&mut self.report, &survey);
        if survey.spilled {
            let text =
                "the keys of uniqueness rules did not fit in memory and were compared from disk";
            self.report.notices.push(text.to_owned());
        }
        account::whole_file(&mut self.report, plan, &survey.summary);
        Ok(survey)
    }

    /// Prepares to publish, if requested. Ends the attempt if the run is already published.
    fn begin_publication<'p>(
        &mut self,
        partition: &'p Partition,
        run: &str,
        identified: &Identified,
    ) -> Result<Option<Box<Publishing<'p>>>, EarlyEnd>
    where
        'a: 'p,
    {
        let Some(store) = self.store else { return Ok(None) };
        let replacing = &self.request.replacing;
        let begin = |report: &mut Report| {
            Publishing::begin(store, partition, run, identified, replacing, report)
        };
        match self.telling(begin)? {
            Beginning::Ready(publishing) => Ok(Some(publishing)),
            Beginning::Refused(reason) => Err(EarlyEnd::Refused(reason)),
            Beginning::Published(report) => {
                self.report = *report;
                Err(EarlyEnd::Done)
            }
        }
    }

    /// Adds up the results, and decides the outcome of the file.
    fn account(
        &mut self,
        plan: &Plan,
        pack: &Pack,
        judged: &JudgedFile,
    ) -> Result<FileOutcome, EarlyEnd> {
        // What follows is short, and becomes visible to readers.
        go_on(self.observer)?;
        self.report.milliseconds.judge = judged.milliseconds;
        account::fill(&mut self.report, plan, judged);
        invariants::check(&mut self.report, plan, judged)?;
        RunError::unless_same(self.request.input)?;
        let outcome = match account::refusal(plan, pack, judged, &self.report) {
            Some(reason) => {
                self.report.refusal = Some(reason);
                FileOutcome::Refused
            }
            None => account::outcome(&self.report),
        };
        self.report.outcome = outcome.to_string();
        Ok(outcome)
    }

    /// Commits the output, or deletes it if the file is refused.
    fn publish(
        &mut self,
        publishing: Publishing<'_>,
        identified: &Identified,
        judged: &JudgedFile,
        outcome: FileOutcome,
    ) -> Result<(), EarlyEnd> {
        let store = self.store.expect("a publication has a store");
        self.observer.progress(Progress {
            phase: Phase::Publish,
            bytes: self.request.input.bytes(),
            total_bytes: self.request.input.bytes(),
            records: self.report.records.read,
            total_records: Some(self.report.records.read),
            quarantined: self.report.records.quarantined,
        });
        commit::locate_quarantine(&mut self.report, store, &judged.written)?;
        if outcome == FileOutcome::Refused {
            self.telling(|report| publishing.refuse(report));
            return Ok(());
        }
        self.end_clock();
        let _span = tracing::debug_span!("publish").entered();
        let seen = self.seen.clone().expect("identified files have a layout");
        match self.telling(|report| publishing.commit(report, identified, judged, &seen))? {
            Ending::Published => {}
            Ending::ByTwin(report) => self.report = *report,
        }
        Ok(())
    }

    fn fail(&mut self, error: &RunError) {
        let error = if error.is_stopped() { &RunError::Interrupted } else { error };
        self.report.outcome = FileOutcome::Failed.to_string();
        self.report.failure = Some(Failure::of(error));
    }

    /// Lets `step` modify the report, and passes the notices that it adds to the observer.
    fn telling<T>(&mut self, step: impl FnOnce(&mut Report) -> T) -> T {
        let before = self.report.notices.len();
        let done = step(&mut self.report);
        for notice in &self.report.notices[before..] {
            self.observer.notice(notice);
        }
        done
    }

    fn end_clock(&mut self) {
        self.report.ended_at = identity::now();
        self.report.milliseconds.total = milliseconds(self.began);
    }

    /// Writes the audit record of an attempt that published nothing.
    fn leave_audit(&mut self, store: &dyn Store) {
        if let Some(seen) = &self.seen
            && let Err(error) = commit::write_layout(store, seen, &self.report.attempt)
        {
            self.notice(format!("the layout could not be recorded: {}", chain(&error)));
        }
        let written = commit::write_audit(store, self.partition.as_ref(), &mut self.report);
        if let Err(error) = written {
            self.notice(format!("the audit record could not be written: {}", chain(&error)));
        }
    }

    fn notice(&mut self, text: String) {
        self.observer.notice(&text);
        self.report.notices.push(text);
    }
}
