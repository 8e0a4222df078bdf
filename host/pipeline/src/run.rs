//! A run from beginning to end: identify, plan, survey, judge, publish, account.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use assay_model::FileOutcome;
use assay_packs::{Catalogue, Discovery, Identified, Lock, Pack, Refusal};
use assay_sandbox::{Component, Options, Sandbox};
use assay_sinks::Partition;
use assay_sinks::Publication;
use assay_sinks::documents::SchemaVersion;
use assay_store::{NullStore, Store};

use crate::account;
use crate::build;
use crate::error::RunError;
use crate::identity;
use crate::input::Input;
use crate::judging::Judging;
use crate::observer::{Observer, Phase, Progress};
use crate::peek::{self, Peeked};
use crate::plan::Plan;
use crate::report::{Reason, Report};
use crate::survey::Survey;

/// Threads at most. Slabs at once are bounded, for memory's sake, and more threads than twice as many would find nothing to do.
const MOST_THREADS: usize = 16;

/// What is to be done.
#[derive(Debug)]
pub struct Request<'a> {
    /// The file.
    pub input: &'a Input,
    /// The entry of a zip archive with several.
    pub entry: Option<&'a str>,
    /// The pack to judge by; found from header, kind and partition if none is named.
    pub pack: Option<&'a Path>,
    /// Where rules and plugins are.
    pub discovery: &'a Discovery,
    /// Folder of compiled plugins; none: compile anew.
    pub cache: Option<PathBuf>,
    /// Threads that judge and encode.
    pub threads: usize,
    /// Greatest number of records in one call to a plugin.
    pub batch_size: usize,
}

/// Judges a file and publishes what passes. Never fails: what went wrong is in the report, and in the audit.
pub fn run(request: &Request<'_>, store: &dyn Store, observer: &dyn Observer) -> Report {
    Attempt::new(request, observer, Mode::Publish(store)).carry_out()
}

/// Judges a file and writes nothing.
pub fn check(request: &Request<'_>, observer: &dyn Observer) -> Report {
    Attempt::new(request, observer, Mode::Check).carry_out()
}

#[derive(Debug, Clone, Copy)]
enum Mode<'a> {
    Publish(&'a dyn Store),
    Check,
}

/// How an attempt that was not carried to its end ended.
enum Stop {
    Refused(Reason),
    Failed(RunError),
    /// The run was published before.
    Done,
}

impl<E: Into<RunError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

struct Attempt<'a> {
    request: &'a Request<'a>,
    observer: &'a dyn Observer,
    mode: Mode<'a>,
    report: Report,
    partition: Option<Partition>,
    /// The header, once it was read.
    seen: Option<SchemaVersion>,
    began: Instant,
}

impl<'a> Attempt<'a> {
    fn new(request: &'a Request<'a>, observer: &'a dyn Observer, mode: Mode<'a>) -> Self {
        let report = Report::begin(request.input);
        let began = Instant::now();
        Self { request, observer, mode, report, partition: None, seen: None, began }
    }

    fn carry_out(mut self) -> Report {
        match self.attempt() {
            Ok(()) | Err(Stop::Done) => {}
            Err(Stop::Refused(reason)) => {
                self.report.outcome = FileOutcome::Refused.to_string();
                self.report.refusal = Some(reason);
            }
            Err(Stop::Failed(error)) => {
                if self.report.report.take().is_some() {
                    // The accepted record was written and the commit failed: this attempt is told apart from it.
                    self.report.attempt.push_str("-failed");
                    self.report.manifest = None;
                }
                self.report.outcome = FileOutcome::Failed.to_string();
                self.report.failure =
                    Some(Reason { code: error.code().to_owned(), message: chain(&error) });
            }
        }
        self.report.ended_at = identity::now();
        self.report.milliseconds.total = account::milliseconds(self.began);
        if let Mode::Publish(store) = self.mode
            && !self.report.already_published
            && self.report.report.is_none()
        {
            if let Some(seen) = &self.seen
                && let Err(error) = account::write_layout(store, seen, &self.report.attempt)
            {
                self.notice(format!("the layout could not be noted: {}", chain(&error)));
            }
            let written = account::write(store, self.partition.as_ref(), &mut self.report);
            if let Err(error) = written {
                self.notice(format!("the audit record could not be written: {}", chain(&error)));
            }
        }
        self.report
    }

    fn notice(&mut self, text: String) {
        self.observer.notice(&text);
        self.report.notices.push(text);
    }

    fn attempt(&mut self) -> Result<(), Stop> {
        let peeked = self.peek()?;
        let identified = self.identify(&peeked)?;
        let (plan, components) = self.plan(&identified, &peeked)?;
        let threads = self.request.threads.clamp(1, MOST_THREADS);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("judge-{index}"))
            .build()
            .map_err(|error| RunError::temporary(std::io::Error::other(error)))?;
        let survey = self.survey(&plan, &identified.pack, &pool)?;
        let run = identity::run_id(&survey.digest, &identified, &components);
        self.report.run_id = Some(run.clone());
        let partition = self.partition.clone().expect("identified files have a partition");
        let store = match self.mode {
            Mode::Publish(store) => store,
            Mode::Check => &NullStore as &dyn Store,
        };
        let publication = match self.mode {
            Mode::Publish(store) => {
                account::sweep(store, &partition)?;
                let publication = Publication::begin(store, &partition)?;
                if publication.already(&run) {
                    return self.already_published(store, &publication);
                }
                Some(publication)
            }
            Mode::Check => None,
        };
        let judged = Judging {
            request: self.request,
            plan: &plan,
            store,
            partition: &partition,
            run: &run,
            observer: self.observer,
            survey,
            limits: ingest_limits(&identified.pack),
            everything: publication.is_some(),
        }
        .carry_out(&pool)?;
        self.report.milliseconds.judge = judged.milliseconds;
        account::fill(&mut self.report, &plan, &judged)?;
        if self.request.input.changed() {
            return Err(RunError::InputChanged { location: self.request.input.location() }.into());
        }
        let outcome = match account::refusal(&plan, &identified.pack, &judged, &self.report) {
            Some(reason) => {
                self.report.outcome = FileOutcome::Refused.to_string();
                self.report.refusal = Some(reason);
                FileOutcome::Refused
            }
            None => account::outcome(&self.report),
        };
        self.report.outcome = outcome.to_string();
        let Some(publication) = publication else { return Ok(()) };
        self.observer.progress(Progress {
            phase: Phase::Publish,
            bytes: self.request.input.bytes(),
            total_bytes: self.request.input.bytes(),
            records: self.report.records.read,
            total_records: Some(self.report.records.read),
            quarantined: self.report.records.quarantined,
        });
        account::locate_quarantine(&mut self.report, store, &judged.written)?;
        if outcome == FileOutcome::Refused {
            account::withdraw(store, &judged.written)?;
            return Ok(());
        }
        self.report.ended_at = identity::now();
        self.report.milliseconds.total = account::milliseconds(self.began);
        let _span = tracing::debug_span!("publish").entered();
        let seen = self.seen.as_ref().expect("identified files have a layout");
        account::write_layout(store, seen, &run)?;
        account::publish(&mut self.report, store, publication, &partition, &identified, &judged)?;
        Ok(())
    }

    /// Looks at the beginning: is it a table, which header, which first record.
    fn peek(&mut self) -> Result<Peeked, Stop> {
        let peeked = peek::peek(self.request.input, self.request.entry);
        let peeked = match peeked {
            Ok(peeked) => peeked,
            Err(refusal) => {
                self.report.source.compression = refusal.compression.map(str::to_owned);
                return Err(Stop::Refused(refusal.reason));
            }
        };
        self.report.source.compression = Some(peeked.compression.to_owned());
        if let Some(entry) = &peeked.entry {
            self.report.source.name = Some(entry.clone());
        }
        Ok(peeked)
    }

    fn identify(&mut self, peeked: &Peeked) -> Result<Identified, Stop> {
        let name = self.report.source.name.clone();
        let header = &peeked.header.names;
        let cell = |column: &str| peeked.first_cell(column);
        let found = if let Some(path) = self.request.pack {
            let pack = Pack::open(path)?;
            let found = pack.identify(name.as_deref(), header, &cell);
            found.map_err(|refusal| (refusal, Some(pack.dataset().name().to_owned())))
        } else {
            let catalogue = Catalogue::open(self.request.discovery.rules())?;
            let found = catalogue.identify(name.as_deref(), header, &cell);
            found.map_err(|refusal| {
                let dataset = refusal.layout().and_then(|layout| catalogue.dataset_of(layout));
                let dataset = dataset.map(|dataset| dataset.name().to_owned());
                (refusal, dataset)
            })
        };
        let identified = match found {
            Ok(identified) => identified,
            Err((refusal, dataset)) => return Err(self.refuse(&refusal, dataset, peeked)),
        };
        self.seen = Some(account::layout_seen(
            &identified.dataset,
            header,
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

    fn refuse(&mut self, refusal: &Refusal, dataset: Option<String>, peeked: &Peeked) -> Stop {
        let layout = refusal.layout();
        let name = dataset.as_deref().unwrap_or_default();
        self.seen = Some(account::layout_seen(name, &peeked.header.names, layout, &self.report));
        self.report.partition = refusal.partition().iter().cloned().collect();
        if let Some(layout) = layout {
            self.report.layout = Some(layout.name().to_owned());
            self.report.kind = Some(layout.kind().to_owned());
            self.report.dataset = dataset;
        }
        let mut message = refusal.to_string();
        for twice in &peeked.header.duplicates {
            let columns: Vec<_> = twice.columns.iter().map(|c| (c + 1).to_string()).collect();
            message = format!(
                "the header names `{}` more than once (columns {}); {message}",
                twice.name,
                columns.join(", ")
            );
        }
        Stop::Refused(Reason { code: refusal.code().to_owned(), message })
    }

    fn pack_name(&self, path: &Path) -> String {
        let rules = self.request.discovery.rules();
        path.strip_prefix(rules).unwrap_or(path).display().to_string()
    }

    fn plan(
        &mut self,
        identified: &Identified,
        peeked: &Peeked,
    ) -> Result<(Plan, Vec<Component>), Stop> {
        let pack = &identified.pack;
        let lock = Lock::read(&self.request.discovery.lock())?;
        let limits = pack.limits();
        let sandbox = Sandbox::new(Options {
            memory_bytes: usize::try_from(limits.memory).unwrap_or(usize::MAX),
            deadline: limits.deadline,
            cache: self.request.cache.clone(),
            max_poison: u32::try_from(limits.max_poison).unwrap_or(u32::MAX),
            ..Options::default()
        })?;
        let _span = tracing::debug_span!("load").entered();
        let mut components = Vec::with_capacity(pack.plugins().len());
        for used in pack.plugins() {
            let path = self.request.discovery.plugin(used.component())?;
            let bytes = std::fs::read(&path).map_err(|source| RunError::PluginFile {
                path: path.display().to_string(),
                source,
            })?;
            lock.verify(used.component(), Lock::digest_of(&bytes))?;
            crate::trust::check(pack, used, &path, &bytes)?;
            let component =
                sandbox.compile_granted(used.name(), &bytes, crate::trust::grants(used))?;
            let digest = format!("sha256:{}", component.digest());
            self.report.plugins.insert(used.name().to_owned(), digest);
            components.push(component);
        }
        for warning in sandbox.warnings() {
            self.observer.notice(&warning);
            self.report.notices.push(warning);
        }
        let everything = matches!(self.mode, Mode::Publish(_));
        let plan = build::plan(identified, &components, everything)?;
        if !identified.name_matched {
            let rule = &plan.rules[plan.host.file_name];
            let observed = self.report.source.name.as_deref().unwrap_or("no name").to_owned();
            let expected = "a name that the dataset's `file_name` patterns know";
            account::file_rule_fails(&mut self.report, rule, &observed, expected);
        }
        debug_assert_eq!(plan.names.len(), peeked.header.names.len());
        Ok((plan, components))
    }

    fn survey(
        &mut self,
        plan: &Plan,
        pack: &Arc<Pack>,
        pool: &rayon::ThreadPool,
    ) -> Result<Survey, Stop> {
        let began = Instant::now();
        let limits = ingest_limits(pack);
        let surveyed =
            pool.install(|| crate::survey::survey(self.request, limits, plan, self.observer))?;
        self.report.milliseconds.survey = account::milliseconds(began);
        let survey = surveyed.map_err(|error| {
            Stop::Refused(Reason {
                code: "file.damaged".to_owned(),
                message: format!(
                    "the input cannot be read to its end: {}; download it again",
                    chain(&error)
                ),
            })
        })?;
        account::source(&mut self.report, &survey);
        if survey.spilled {
            let text =
                "the keys of uniqueness rules did not fit in memory and were compared from disk";
            self.report.notices.push(text.to_owned());
        }
        account::whole_file(&mut self.report, plan, &survey.summary);
        Ok(survey)
    }

    fn already_published(
        &mut self,
        store: &dyn Store,
        publication: &Publication<'_>,
    ) -> Result<(), Stop> {
        let manifest = publication.current().expect("the run is the published one");
        let mut published = account::read(store, &manifest.assay.audit)?;
        published.already_published = true;
        published.attempt.clone_from(&self.report.attempt);
        published.started_at.clone_from(&self.report.started_at);
        published.source.location.clone_from(&self.report.source.location);
        self.report = published;
        Err(Stop::Done)
    }
}

fn ingest_limits(pack: &Pack) -> assay_ingest::Limits {
    let limits = pack.limits();
    assay_ingest::Limits {
        field_bytes: usize::try_from(limits.field_bytes).unwrap_or(usize::MAX),
        record_bytes: usize::try_from(limits.record_bytes).unwrap_or(usize::MAX),
        ..assay_ingest::Limits::default()
    }
}

/// An error with its causes, as one text.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
