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

pub(in super::super) const KNOWN: [Known; 4] = [
    Known {
        folder: "plugins/checks",
        modules: &["pattern", "pattern::automaton", "pattern::syntax"],
        why: "the bytes of the plugins are pinned: it goes with their next change",
    },
    Known {
        folder: "plugins/open-payments",
        modules: &["root", "dates", "file_rules", "known", "partition"],
        why: "the bytes of the plugins are pinned: it goes with their next change",
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
        why: "the bytes of the plugins are pinned: it goes with their next change",
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
        why: "the bytes of the plugins are pinned: it goes with their next change",
    },
];
