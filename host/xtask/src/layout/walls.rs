//! The table of the architecture test: every dependency must be listed here, with its reason, or it is a fault.
//!
//! A crate is named by its folder; `plugins/*` stands for the folders without an entry of their own. A dependency that is missing
//! here is a decision to be argued for in ARCHITECTURE.md, not a formality.

/// The crates of the workspace that a crate may use.
#[derive(Debug)]
pub(super) struct Wall {
    pub(super) folder: &'static str,
    /// Folders; `*` matches any.
    pub(super) may: &'static [&'static str],
    /// Folders that only its tests may use.
    pub(super) tests_may: &'static [&'static str],
    pub(super) why: &'static str,
}

/// Libraries that are confined to some crates.
#[derive(Debug)]
pub(super) struct Kept {
    /// Names; a trailing `*` matches any suffix.
    pub(super) libraries: &'static [&'static str],
    /// Folders that may use them.
    pub(super) by: &'static [&'static str],
    pub(super) reach: Reach,
    pub(super) why: &'static str,
}

/// The scope of a [`Kept`] entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Only what is compiled into a crate; its tests may use the library.
    Builds,
    /// Tests too.
    BuildsAndTests,
}

/// Content that is banned from the source code of some crates.
#[derive(Debug)]
pub(super) struct Ban {
    /// Folders of crates; `host/*` is every crate in it.
    pub(super) folders: &'static [&'static str],
    pub(super) what: Banned,
    pub(super) why: &'static str,
    /// Exempt files or folders, each with its reason.
    pub(super) except: &'static [(&'static str, &'static str)],
}

/// Kinds of banned content.
#[derive(Debug)]
pub(super) enum Banned {
    /// Use of modules of `std`.
    Modules(&'static [&'static str]),
    /// Words, in lower case, in code and comments. A `?` inside a word matches any character or none.
    Words(&'static [&'static str]),
}

/// Whether a pattern, which may end in `*`, matches a name.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => pattern == name,
    }
}

const MODEL_ONLY: &[&str] = &["host/model"];
const MODEL_AND_DIGEST: &[&str] = &["host/digest", "host/model"];

pub(super) const WALLS: [Wall; 24] = [
    Wall {
        folder: "host/model",
        may: &[],
        tests_may: &[],
        why: "the words that all others speak, so it depends on none of them",
    },
    Wall {
        folder: "host/digest",
        may: MODEL_ONLY,
        tests_may: &[],
        why: "one function that many need; `host/model` has its type, and depends on nothing that could compute it",
    },
    Wall {
        folder: "host/ingest",
        may: MODEL_ONLY,
        tests_may: &[],
        why: "it turns bytes into columns for whoever asks, and knows neither rules nor files",
    },
    Wall {
        folder: "host/packs",
        may: &["host/digest", "host/files", "host/model"],
        tests_may: &[],
        why: "it reads packs, and runs nothing of what they name",
    },
    Wall {
        folder: "host/sandbox",
        may: MODEL_AND_DIGEST,
        tests_may: &[],
        why: "it runs components, and knows neither files nor packs nor CSV",
    },
    Wall {
        folder: "host/files",
        may: &[],
        tests_may: &[],
        why: "it gives files their names, and knows nothing of what is in them",
    },
    Wall {
        folder: "host/musl",
        may: &[],
        tests_may: &[],
        why: "it takes the place of parts of a C library, and knows no more than that library does",
    },
    Wall {
        folder: "host/store",
        may: &["host/files", "host/model"],
        tests_may: &[],
        why: "it keeps bytes under names and opens them, and knows nothing of what they say; names are shown as all else from outside",
    },
    Wall {
        folder: "host/s3",
        may: &["host/model", "host/store"],
        tests_may: &["tests/bucket", "tests/standins"],
        why: "it makes a bucket what a disk is to everyone else, and knows nothing of what is in it",
    },
    Wall {
        folder: "host/sinks",
        may: &["host/model", "host/store"],
        tests_may: &[],
        why: "it writes what it is given, and knows neither rules nor plugins",
    },
    Wall {
        folder: "host/sample",
        may: MODEL_ONLY,
        tests_may: &[],
        why: "it generates files and their truth; sharing code with what judges them would hide mistakes of both",
    },
    Wall {
        folder: "host/signing",
        may: MODEL_AND_DIGEST,
        tests_may: &[],
        why: "it checks who signed bytes, and knows neither what they are nor who asks",
    },
    Wall {
        folder: "host/registry",
        may: MODEL_AND_DIGEST,
        tests_may: &[],
        why: "it talks to registries, and knows of a plugin only its bytes and what to call them",
    },
    Wall {
        folder: "host/shipping",
        may: &["host/digest", "host/files", "host/model", "host/packs", "host/signing"],
        tests_may: &[],
        why: "it packs what is to travel and unpacks what has; it runs none of it and knows no network",
    },
    Wall {
        folder: "host/pipeline",
        may: &[
            "host/ingest",
            "host/model",
            "host/packs",
            "host/sandbox",
            "host/signing",
            "host/sinks",
            "host/store",
        ],
        tests_may: &["host/sample"],
        why: "it wires the operators, and is what a second front end would call",
    },
    Wall {
        folder: "host/author",
        may: &[
            "host/digest",
            "host/files",
            "host/model",
            "host/packs",
            "host/pipeline",
            "host/sandbox",
            "host/shipping",
        ],
        tests_may: &[],
        why: "it makes plugins and looks at rules and packs; the door to plugin code, and what it takes to look at files, are the pipeline's",
    },
    Wall {
        folder: "host/harness",
        may: &[
            "host/files",
            "host/ingest",
            "host/model",
            "host/packs",
            "host/pipeline",
            "host/sandbox",
        ],
        tests_may: &[],
        why: "it judges what is small with the parts that judge what is large, and knows no terminal and no store",
    },
    Wall {
        folder: "host/cli",
        may: &[
            "host/author",
            "host/files",
            "host/harness",
            "host/model",
            "host/musl",
            "host/packs",
            "host/pipeline",
            "host/registry",
            "host/s3",
            "host/sample",
            "host/sandbox",
            "host/shipping",
            "host/signing",
            "host/store",
        ],
        tests_may: &[],
        why: "it reads arguments, chooses packs and the store, and prints; data goes through the pipeline only",
    },
    Wall {
        folder: "host/xtask",
        may: &["host/digest", "host/files", "tests/standins"],
        tests_may: &[],
        why: "it must compile fast and work when the rest does not compile; the servers it starts are those of the tests, in a crate as small",
    },
    Wall {
        folder: "plugins/sdk-macros",
        may: &[],
        tests_may: &[],
        why: "it writes code for authors, and knows of the SDK only the names it writes",
    },
    Wall {
        folder: "plugins/sdk",
        may: &["plugins/sdk-macros"],
        tests_may: &[],
        why: "it sees the contract in `wit/` and nothing else, as a plugin written elsewhere would",
    },
    Wall {
        folder: "plugins/open-payments",
        may: &["plugins/sdk"],
        tests_may: &["plugins/checks"],
        why: "a plugin and the host meet in `wit/`, and nowhere else; its packs run the vocabulary too, so their tests do",
    },
    Wall {
        folder: "plugins/*",
        may: &["plugins/sdk"],
        tests_may: &[],
        why: "a plugin and the host meet in `wit/`, and nowhere else",
    },
    Wall {
        folder: "tests/*",
        may: &["*"],
        tests_may: &["*"],
        why: "tests hold the parts against each other",
    },
];

pub(super) const KEPT: [Kept; 12] = [
    Kept {
        libraries: &["wasmtime*", "cranelift*"],
        by: &["host/sandbox"],
        reach: Reach::BuildsAndTests,
        why: "one crate runs guests, so one crate is to be trusted with it",
    },
    Kept {
        libraries: &["arrow*", "parquet"],
        by: &["host/sinks", "tests/*"],
        reach: Reach::Builds,
        why: "how files are encoded is the sinks' own affair; everyone else has `host/model`",
    },
    Kept {
        libraries: &["clap*", "indicatif"],
        by: &["host/cli"],
        reach: Reach::Builds,
        why: "what is below the command must work where there is no terminal",
    },
    Kept {
        libraries: &["wit-bindgen*"],
        by: &["plugins/sdk", "tests/*"],
        reach: Reach::BuildsAndTests,
        why: "authors write against the SDK, so the bindings can change under it",
    },
    Kept {
        libraries: &["ed25519*", "getrandom"],
        by: &["host/signing"],
        reach: Reach::BuildsAndTests,
        why: "keys are handled in one place, which is read with care",
    },
    Kept {
        libraries: &["wasm-metadata", "wasm-encoder"],
        by: &["host/shipping"],
        reach: Reach::BuildsAndTests,
        why: "who changes a component's bytes must not be who judges them",
    },
    Kept {
        libraries: &["wasmparser"],
        by: &["host/sandbox", "host/shipping"],
        reach: Reach::BuildsAndTests,
        why: "two crates read a component's bytes: one counts before it compiles, one finds where a stamp goes",
    },
    Kept {
        libraries: &["oci-*", "rustls", "docker_credential"],
        by: &["host/registry"],
        reach: Reach::BuildsAndTests,
        why: "one crate talks to registries of plugins, and no run does",
    },
    Kept {
        libraries: &["aws-*"],
        by: &["host/s3", "tests/*"],
        reach: Reach::BuildsAndTests,
        why: "one crate talks to buckets, and is where to look how",
    },
    Kept {
        libraries: &["tokio", "hyper*"],
        by: &["host/registry", "host/s3", "tests/*"],
        reach: Reach::BuildsAndTests,
        why: "what is asynchronous stays behind two doors; a run itself is threads",
    },
    Kept {
        libraries: &["sha2"],
        by: &["host/digest"],
        reach: Reach::BuildsAndTests,
        why: "what plugins, packs and keys are known by is computed in one way",
    },
    Kept {
        libraries: &["zip", "flate2"],
        by: &["host/ingest", "host/xtask", "tests/*"],
        reach: Reach::Builds,
        why: "what input may be packed in is known in one place; xtask packs its archive",
    },
];

/// Crates without any dependency.
pub(super) const ALONE: [&str; 1] = ["host/model"];

/// Crates whose modules must not have cycles. The tests' guests are exempt: they are made to break hosts.
pub(super) const WITHOUT_CIRCLES: [&str; 3] = ["host/*", "plugins/*", "tests/suite"];

pub(super) const BANS: [Ban; 3] = [
    Ban {
        folders: &["host/model", "host/ingest", "host/sample"],
        what: Banned::Modules(&["fs", "env", "net"]),
        why: "it works on what it is handed, so that it gives the same anywhere; who calls it opens files",
        except: &[
            ("host/sample/src/profile.rs", "reads a profile, which its caller names"),
            ("host/sample/src/data.rs", "reads the lists that lie beside a profile"),
        ],
    },
    Ban {
        folders: &["host/*"],
        what: Banned::Words(&["open?payments", "cms", "physician"]),
        why: "the host is general: what is true of one dataset is in `rules/` and `plugins/`",
        except: &[
            (
                "host/cli/src/args.rs",
                "help texts teach by example, and an example is of some dataset",
            ),
            (
                "host/cli/src/args/",
                "help texts teach by example, and an example is of some dataset",
            ),
            (
                "host/xtask/",
                "it demonstrates on one dataset, and says where real samples of it lie",
            ),
        ],
    },
    Ban {
        folders: &["host/*"],
        what: Banned::Words(&["sandbox::new(", ".compile(", ".compile_granted("]),
        why: "trust is one door: plugin code is compiled in `host/pipeline/src/loading.rs`, where lock, signature and grants are looked at",
        except: &[
            ("host/pipeline/src/loading.rs", "it is the door"),
            ("host/sandbox/", "it is what the door opens; its callers are held to the door"),
            ("host/xtask/src/layout/", "it says what is banned"),
        ],
    },
];
