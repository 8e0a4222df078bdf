//! Circles that are there and should not be. An entry goes when its circle does; none is to be added.

/// A knot of one crate.
#[derive(Debug)]
pub(in super::super) struct Known {
    /// The crate: `host/model`.
    pub(super) folder: &'static str,
    pub(super) modules: &'static [&'static str],
    /// Why it is still there.
    #[expect(dead_code, reason = "a reason is for who reads the table")]
    pub(super) why: &'static str,
}

impl Known {
    /// Whether a knot is inside this one.
    pub(super) fn holds(&self, knot: &[String]) -> bool {
        knot.iter().all(|module| self.modules.contains(&module.as_str()))
    }
}

pub(in super::super) const KNOWN: [Known; 25] = [
    Known {
        folder: "host/author",
        modules: &["error", "toolchain"],
        why: "being taken apart: errors and lints each need a module of their own",
    },
    Known {
        folder: "host/author",
        modules: &["lint", "lint::pack", "lint::plugin"],
        why: "being taken apart: errors and lints each need a module of their own",
    },
    Known {
        folder: "host/cli",
        modules: &[
            "root",
            "commands::bench",
            "commands::build",
            "commands::check",
            "commands::explain",
            "commands::export",
            "commands::import",
            "commands::inspect",
            "commands::judge",
            "commands::lint",
            "commands::lock",
            "commands::pack",
            "commands::package",
            "commands::plugin",
            "commands::pull",
            "commands::push",
            "commands::rules",
            "commands::run",
            "commands::sample",
            "commands::test",
            "commands::test::github",
            "commands::test::human",
            "commands::test::junit",
            "commands::test::watch",
            "commands::trial",
            "commands::verify",
            "progress",
        ],
        why: "being taken apart: what commands share is in the root",
    },
    Known {
        folder: "host/cli",
        modules: &["args", "args::shipping"],
        why: "being taken apart: what commands share is in the root",
    },
    Known {
        folder: "host/harness",
        modules: &[
            "cases",
            "coverage",
            "coverage::columns",
            "coverage::settings",
            "exam",
            "report",
        ],
        why: "being taken apart: reports and what they are made of are in one place",
    },
    Known {
        folder: "host/harness",
        modules: &["cost", "cost::baseline", "cost::flame"],
        why: "being taken apart: reports and what they are made of are in one place",
    },
    Known {
        folder: "host/harness",
        modules: &["laws", "laws::handing", "laws::input", "testing"],
        why: "being taken apart: reports and what they are made of are in one place",
    },
    Known {
        folder: "host/harness",
        modules: &["page", "page::example", "page::head"],
        why: "being taken apart: reports and what they are made of are in one place",
    },
    Known {
        folder: "host/ingest",
        modules: &["columns", "columns::distinct", "columns::joint", "columns::texts"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/ingest",
        modules: &["decode", "decode::checked", "decode::zipped"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/ingest",
        modules: &["filling", "outline", "reader"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/ingest",
        modules: &[
            "index",
            "index::avx2",
            "index::avx512",
            "index::kernel",
            "index::neon",
            "index::portable",
        ],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/packs",
        modules: &["pack", "pack::digest", "pack::levels", "pack::plugins", "pack::read"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/pipeline",
        modules: &["account", "judging", "peek", "run", "survey"],
        why: "being taken apart: one way to load, plan and judge",
    },
    Known {
        folder: "host/pipeline",
        modules: &["findings", "judge", "structure"],
        why: "being taken apart: one way to load, plan and judge",
    },
    Known {
        folder: "host/registry",
        modules: &["error", "reference"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/sample",
        modules: &["defect", "plan", "profile", "scope", "table"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/sinks",
        modules: &["documents", "documents::manifest"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/sinks",
        modules: &["error", "store", "store::faulty", "store::key", "store::local", "store::null"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/xtask",
        modules: &["plugins", "setup"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "host/xtask",
        modules: &["speed", "speed::cases", "speed::start"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "plugins/checks",
        modules: &["pattern", "pattern::automaton", "pattern::syntax"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "plugins/open-payments",
        modules: &["root", "dates", "file_rules", "known", "partition"],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "plugins/open-payments",
        modules: &[
            "normalise",
            "normalise::amount",
            "normalise::dates",
            "normalise::places",
            "normalise::quotes",
            "normalise::spelling",
            "normalise::text",
        ],
        why: "what both need has no module of its own yet",
    },
    Known {
        folder: "plugins/sdk",
        modules: &[
            "root",
            "bits",
            "column",
            "component",
            "contract",
            "file",
            "function",
            "judge",
            "needs",
            "plan",
            "plugin",
            "rewrite",
            "rules",
            "session",
            "settings",
            "settings::reader",
            "text",
        ],
        why: "what both need has no module of its own yet",
    },
];
