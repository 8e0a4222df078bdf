//! Tests a plugin's pages, cases and laws, in that order.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use assay_model::{Level, RuleClass, shown};
use assay_packs::Catalogue;

use crate::exam::{Exam, Wants};
use crate::fault::Fault;
use crate::found::Found;
use crate::judging::{Handing, Wanted, judge};
use crate::laws::{Broken, Law, Tried, try_laws};
use crate::page::{Page, check_kind, check_rule, example_faults, read_examples};
use crate::report::{Group, Report, Test};
use crate::setup::Setup;
use crate::subject::Subject;
use crate::{PluginFolder, blessing, cases, catalogue, coverage, suggest};

/// Prefix of the keys under which a component declares its settings; the setting's key follows.
const SETTING: &str = "setting ";

/// A request to test a plugin.
#[derive(Debug)]
pub struct Request<'a> {
    /// The plugin's folder.
    pub folder: &'a PluginFolder,
    /// The plugin's component.
    pub subject: &'a Subject,
    /// All packs, if available: a rule must be in one of them.
    pub packs: Option<&'a Catalogue>,
    /// Name of the only rule or kind to test: its page, and the cases in which it finds something. Laws and coverage concern all rules.
    pub rule: Option<&'a str>,
    /// Whether to write what is found as what is expected.
    pub bless: bool,
    /// Seed of generated tables.
    pub seed: u64,
}

/// Tests a plugin. Everything that is wrong is in the report.
pub fn test(request: &Request<'_>) -> Report {
    let info = request.subject.component().info();
    let mut testing = Testing {
        request,
        report: Report {
            plugin: info.name.clone(),
            version: info.version.clone(),
            seed: request.seed,
            tests: Vec::new(),
            coverage: None,
            notes: Vec::new(),
        },
        passed: Vec::new(),
    };
    match request.folder.assumed(&info.name) {
        Ok(base) => testing.all(&base),
        Err(fault) => {
            let path = fault.path.clone();
            testing.note_test(Group::Page, "test.toml", &path, Instant::now(), vec![fault]);
        }
    }
    testing.report
}

struct Testing<'a> {
    request: &'a Request<'a>,
    report: Report,
    /// Passed exams with their findings.
    passed: Vec<(Exam, Found)>,
}

impl Testing<'_> {
    fn all(&mut self, base: &Setup) {
        let pages = self.request.folder.read_pages();
        self.pages(&pages, base);
        self.undescribed(base);
        self.cases(base);
        if let Some(rule) = self.request.rule {
            self.unknown(rule);
            return;
        }
        self.settings(&pages);
        self.catalogue(&pages);
        let known: Vec<_> =
            self.passed.iter().map(|(exam, _)| (&exam.setup, &exam.table)).collect();
        let begun = Instant::now();
        match try_laws(self.request.subject, &known, base, self.request.seed) {
            Ok(tried) => self.report_laws(tried),
            Err(unplanned) => {
                let root = self.request.folder.root().to_owned();
                let message = "no law was tried, because the plugin makes no plan of the settings that tests assume";
                let fault = Fault::new("settings-refused", &root.join("test.toml"), 1, message)
                    .with(unplanned.lines())
                    .help("put settings and partition keys that the plugin needs into `test.toml`, a fragment of a pack");
                self.note_test(Group::Law, "all", &root, begun, vec![fault]);
            }
        }
        if self.report.failed().next().is_some() {
            let note = "coverage is measured when all tests pass";
            self.report.notes.push(note.to_owned());
            return;
        }
        self.report.coverage = Some(coverage::measure(self.request.subject, &self.passed));
    }

    fn note_test(
        &mut self,
        group: Group,
        name: &str,
        path: &Path,
        begun: Instant,
        faults: Vec<Fault>,
    ) {
        let nanos = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let (name, path) = (name.to_owned(), path.to_owned());
        self.report.tests.push(Test { group, name, path, faults, nanos });
    }

    fn wanted(&self, name: &str) -> bool {
        self.request.rule.is_none_or(|rule| rule == name)
    }

    fn pages(&mut self, pages: &[Page], base: &Setup) {
        let info = self.request.subject.component().info();
        let rules = info.rules.iter().map(|rule| rule.name.as_str());
        let names: Vec<&str> =
            rules.chain(info.kinds.iter().map(|kind| kind.name.as_str())).collect();
        for page in pages {
            let stem = page.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if !self.wanted(&stem) {
                continue;
            }
            let begun = Instant::now();
            let faults = if names.contains(&stem.as_str()) {
                self.page(page, &stem, base)
            } else {
                let message = format!("the plugin has no rule `{stem}`");
                let fault = Fault::new("page-unknown", &page.path, 1, message);
                vec![fault.help(format!("its rules are `{}`", names.join("`, `")))]
            };
            self.note_test(Group::Page, &stem, &page.path, begun, faults);
        }
        for name in names {
            if !self.wanted(name) {
                continue;
            }
            let path = self.request.folder.pages().join(format!("{name}.md"));
            if !path.is_file() {
                let message = format!("the rule `{name}` has no page");
                let help =
                    "copy the page of another rule and change it; its examples are its tests";
                let fault = Fault::new("page-missing", &path, 1, message).help(help);
                self.note_test(Group::Page, name, &path, Instant::now(), vec![fault]);
            }
        }
    }

    /// Reports a name that no page or case concerns: testing nothing must not look like passing.
    fn unknown(&mut self, rule: &str) {
        if !self.report.tests.is_empty() {
            return;
        }
        let info = self.request.subject.component().info();
        let rules = info.rules.iter().map(|rule| rule.name.as_str());
        let names: Vec<&str> =
            rules.chain(info.kinds.iter().map(|kind| kind.name.as_str())).collect();
        let root = self.request.folder.root().to_owned();
        let message = format!("the plugin has no rule `{rule}`, and no page or case is about one");
        let fault = Fault::new("rule-unknown", &root, 1, message);
        let fault = fault.help(format!("its rules are `{}`", names.join("`, `")));
        self.note_test(Group::Page, rule, &root, Instant::now(), vec![fault]);
    }

    /// Reports rules that are planned without settings and not named by `describe`: no catalogue would contain them.
    fn undescribed(&mut self, base: &Setup) {
        let (subject, begun) = (self.request.subject, Instant::now());
        let info = subject.component().info();
        let Ok(planned) = subject.plan(base, &[]) else { return };
        if !info.kinds.is_empty() {
            return;
        }
        for rule in planned.stages.iter().flat_map(|stage| &stage.rules) {
            let name = rule.name.as_str();
            if self.wanted(name) && info.rules.iter().all(|described| described.name != rule.name) {
                let root = self.request.folder.root();
                let message =
                    format!("the plugin plans the rule `{name}`, and `describe` does not name it");
                let fault = Fault::new("rule-undescribed", &root.join("src"), 1, message);
                let fault = fault.help(
                    "also declare it in `standing_rules`, so that catalogues and packs know it",
                );
                self.note_test(Group::Page, name, root, begun, vec![fault]);
            }
        }
    }

    fn page(&mut self, page: &Page, name: &str, base: &Setup) -> Vec<Fault> {
        let subject = self.request.subject;
        let info = subject.component().info();
        let rule = info.rules.iter().find(|rule| rule.name.as_str() == name);
        let (exams, mut faults) = read_examples(page, rule.map(|_| name), &info.name, base);
        let mut ran = Vec::new();
        for exam in exams {
            match self.examine(&exam) {
                Ok(found) => {
                    faults.extend(exam.verify(&found));
                    ran.push((exam, found));
                }
                Err(fault) => faults.push(fault),
            }
        }
        if let Some(rule) = rule {
            let planned = ran
                .first()
                .and_then(|(exam, _)| subject.plan(&exam.setup, &exam.table.columns).ok());
            let stages = planned.iter().flat_map(|planned| &planned.stages);
            let stage = stages.into_iter().find(|stage| stage.class == rule.class);
            faults.extend(check_rule(page, rule, stage));
            faults.extend(self.in_some_pack(page, rule));
        } else if let Some(kind) = info.kinds.iter().find(|kind| kind.name == name) {
            faults.extend(check_kind(page, kind));
        }
        let exams: Vec<Exam> = ran.iter().map(|(exam, _)| exam.clone()).collect();
        let normalises = rule.is_some_and(|rule| rule.class == RuleClass::Normalise);
        let mut lacking = example_faults(page, &exams, normalises);
        if let Some(fault) = lacking.iter_mut().find(|fault| fault.code == "no-failing-example")
            && let Some(lines) = suggest::failing(subject, &exams)
        {
            fault.detail = lines;
            fault.help = Some(
                "is this what the rule is for? then it is an example; otherwise write one like it"
                    .to_owned(),
            );
        }
        faults.extend(lacking);
        faults.sort_by_key(|fault| fault.line);
        self.passed.extend(ran);
        faults
    }

    /// Judges the table of an exam.
    fn examine(&self, exam: &Exam) -> Result<Found, Fault> {
        let subject = self.request.subject;
        let path = match exam.wants {
            Wants::Marks { .. } => exam.path.clone(),
            Wants::Everything { .. } => exam.path.join("settings.toml"),
        };
        let planned = subject.plan(&exam.setup, &exam.table.columns).map_err(|unplanned| {
            Fault::new("settings-refused", &path, exam.line, "the plugin refuses the settings")
                .with(unplanned.lines())
                .help("settings are those of the `toml` block before, or of `test.toml`; columns are those of the table")
        })?;
        judge(subject, &planned, &exam.table, &Handing::whole(), Wanted::Messages)
            .map_err(|error| Fault::new("plugin-failed", &path, exam.line, error.to_string()))
    }

    /// Reports a rule that no pack runs: it is of no use.
    fn in_some_pack(&self, page: &Page, rule: &assay_model::Rule) -> Option<Fault> {
        let packs = self.request.packs?;
        let plugin = self.request.subject.name();
        let carried = packs.packs().any(|pack| {
            pack.plugins().iter().any(|used| used.component() == plugin)
                && pack.level_for(&rule.name, rule.level) != Level::Off
        });
        (!carried).then(|| {
            let message = format!(
                "the rule `{}` is in no pack under `{}`",
                rule.name,
                shown(packs.root().display())
            );
            let fault = Fault::new("rule-in-no-pack", &page.path, 1, message);
            fault.help(format!(
                "add `[plugins.{plugin}]` to a pack, or raise the rule's level from `off`"
            ))
        })
    }

    fn cases(&mut self, base: &Setup) {
        let plugin = self.request.subject.name().to_owned();
        for folder in self.request.folder.case_folders() {
            let begun = Instant::now();
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let faults = match cases::read(&folder, &plugin, base).and_then(|exam| {
                cases::with_layout(exam, self.request.packs).map_err(|fault| vec![fault])
            }) {
                Ok(exam) => match self.case(exam) {
                    Some(faults) => faults,
                    None => continue,
                },
                Err(faults) => faults,
            };
            self.note_test(Group::Case, &name, &folder, begun, faults);
        }
    }

    /// Tests a case; `None` if it does not concern the requested rule.
    fn case(&mut self, mut exam: Exam) -> Option<Vec<Fault>> {
        let subject = self.request.subject;
        let found = match self.examine(&exam) {
            Ok(found) => found,
            Err(fault) => return Some(vec![fault]),
        };
        if self.request.rule.is_some_and(|rule| !found.fired().any(|fired| fired == rule)) {
            return None;
        }
        let csv = found.to_csv();
        let path = exam.path.join("expected.csv");
        let Wants::Everything { csv: expected } = &exam.wants else { return Some(Vec::new()) };
        if self.request.bless && *expected != csv {
            match blessing::write(&path, &csv) {
                Ok(note) => self.report.notes.push(note),
                Err(fault) => return Some(vec![fault]),
            }
            exam.wants = Wants::Everything { csv };
        } else if expected.is_empty() {
            let message = "the case has no `expected.csv`";
            let fault = Fault::new("case-without-expected", &path, 1, message);
            let help = "`assay test --bless` writes what is found; read it before you commit it";
            return Some(vec![
                fault.with(csv.lines().map(|line| format!("+ found    {line}"))).help(help),
            ]);
        }
        let planned = subject.plan(&exam.setup, &exam.table.columns).ok()?;
        let mut faults = cases::stale(&exam, subject, &planned, self.request.packs);
        if faults.is_empty() {
            faults = exam.verify(&found);
        }
        self.passed.push((exam, found));
        Some(faults)
    }

    /// Checks the settings that the component declares: a page must explain each, and then needs an example that uses it.
    fn settings(&mut self, pages: &[Page]) {
        let begun = Instant::now();
        let info = self.request.subject.component().info();
        let declared = info.extras.iter().filter_map(|(key, _)| key.strip_prefix(SETTING));
        let told = |name: &str| {
            let sections = pages.iter().filter_map(|page| page.section("Settings"));
            sections.flat_map(|section| &section.items).any(|(item, _)| item == name)
        };
        let path = self.request.folder.catalogue();
        let untold = |name: &str| {
            let message = format!("the setting `{name}` is on no page, so nothing tests it");
            Fault::new("setting-undocumented", &path, 1, message).help(format!(
                "add an item ``- `{name}`: what it does`` under `Settings` on the page of a rule that reads it, and an example that sets it"
            ))
        };
        let faults: Vec<Fault> = declared.filter(|name| !told(name)).map(untold).collect();
        if !faults.is_empty() {
            self.note_test(Group::Page, "settings", &path, begun, faults);
        }
    }

    fn catalogue(&mut self, pages: &[Page]) {
        if pages.is_empty() {
            return;
        }
        let begun = Instant::now();
        let path: PathBuf = self.request.folder.catalogue();
        let fresh = catalogue::markdown(self.request.subject.component().info(), pages);
        let written = fs::read_to_string(&path).unwrap_or_default();
        let mut faults = Vec::new();
        if written != fresh {
            if self.request.bless {
                match blessing::write(&path, &fresh) {
                    Ok(note) => self.report.notes.push(note),
                    Err(fault) => faults.push(fault),
                }
            } else {
                let message = "the catalogue is not what the component and the pages say";
                let fault = Fault::new("catalogue-stale", &path, 1, message);
                faults.push(fault.help("`assay test --bless` rewrites it"));
            }
        }
        self.note_test(Group::Page, "README", &path, begun, faults);
    }

    fn report_laws(&mut self, all: Vec<Tried>) {
        for tried in all {
            let broken = tried.broken.map(|broken| self.broken_law(&tried.law, broken));
            self.report.tests.push(Test {
                group: Group::Law,
                name: tried.law.name.to_owned(),
                path: self.request.folder.root().to_owned(),
                faults: broken.into_iter().collect(),
                nanos: u64::try_from(tried.took.as_nanos()).unwrap_or(u64::MAX),
            });
        }
    }

    /// Reports a violated law, with a case that can be pasted.
    fn broken_law(&self, law: &Law, broken: Broken) -> Fault {
        let folder = self.request.folder;
        let path = folder.cases().join(law.name);
        let (plural, records) =
            (if broken.table.records.len() == 1 { "" } else { "s" }, broken.table.records.len());
        let mut detail = broken.difference.lines;
        detail.push(format!(
            "── {}: {records} record{plural} show it",
            shown(path.join("input.csv").display())
        ));
        detail.extend(broken.table.to_csv().lines().map(str::to_owned));
        let settings = broken.setup.to_toml(self.request.subject.name());
        if !settings.is_empty() {
            detail.push(format!("── {}", shown(path.join("settings.toml").display())));
            detail.extend(settings.lines().map(str::to_owned));
        }
        let message =
            format!("law `{}` is broken ({}): {}", law.name, law.about, broken.difference.how);
        Fault::new("law-broken", folder.root(), 1, message).with(detail).help(format!(
            "put the lines above into these files and fix the rule; the seed is {}",
            self.request.seed
        ))
    }
}
