//! Packs as a run resolves them, closely enough for tests: `extends` merged, `why` left out, aliases applied.

use std::path::{Path, PathBuf};

use assay_sdk::Run;
use assay_sdk::testing::Table;
use toml::{Table as Toml, Value};

/// A pack, and the run of a file.
pub(crate) struct Pack {
    toml: Toml,
    run: Run,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Pack {
    /// The pack of a program year, for a layout and a publication.
    pub(crate) fn of(year: &str, layout: &str, publication: &str) -> Self {
        let folder = root().join("rules/open-payments");
        let toml = resolve(&folder.join("general").join(format!("{year}.toml")));
        let taken = toml["layouts"].as_array().unwrap();
        assert!(taken.iter().any(|name| name.as_str() == Some(layout)), "{year} takes {layout}");
        let header = std::fs::read_to_string(folder.join(format!("layouts/{layout}.txt"))).unwrap();
        let dataset: Toml =
            std::fs::read_to_string(folder.join("dataset.toml")).unwrap().parse().unwrap();
        let layouts = dataset["layout"].as_array().unwrap();
        let declared = layouts.iter().find(|held| held["name"].as_str() == Some(layout)).unwrap();
        let columns = header.lines().map(|name| {
            let aliases = declared.get("aliases").and_then(Value::as_table);
            let canonical =
                aliases.and_then(|all| all.iter().find(|(_, held)| held.as_str() == Some(name)));
            canonical.map_or(name, |(canonical, _)| canonical).to_owned()
        });
        let partition = vec![
            ("year".to_owned(), year.to_owned()),
            ("publication".to_owned(), publication.to_owned()),
        ];
        let run = Run {
            layout: layout.to_owned(),
            columns: columns.collect(),
            partition,
            ..Run::default()
        };
        Self { toml, run }
    }

    /// An empty table of the pack's run with a plugin's settings.
    pub(crate) fn table(&self, plugin: &str) -> Table {
        let settings = self.toml["plugins"][plugin].get("settings").cloned();
        let settings = settings.unwrap_or_else(|| Value::Table(Toml::new()));
        Table::of_run(self.run.clone()).settings(&serde_json::to_string(&settings).unwrap())
    }

    /// The columns, by canonical name.
    #[allow(dead_code, reason = "not every test reads them")]
    pub(crate) fn columns(&self) -> &[String] {
        &self.run.columns
    }
}

fn resolve(path: &Path) -> Toml {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut over: Toml = text.parse().unwrap();
    drop_why(&mut over);
    let Some(Value::String(base)) = over.remove("extends") else { return over };
    let mut all = resolve(&path.parent().unwrap().join(base));
    merge(&mut all, over);
    all
}

fn drop_why(table: &mut Toml) {
    table.remove("why");
    table.iter_mut().filter_map(|(_, value)| value.as_table_mut()).for_each(drop_why);
}

fn merge(base: &mut Toml, over: Toml) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Real records from a file beside the checkout; if it is missing, prints a line that says so and returns `None`.
#[allow(dead_code, reason = "not every test reads them")]
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn sample(name: &str) -> Option<Vec<Vec<String>>> {
    let path = root().join("../shared/open-payments/samples").join(name);
    if !path.is_file() {
        println!("skipped: no sample `{name}` beside the checkout");
        return None;
    }
    let mut reader = csv::Reader::from_path(path).unwrap();
    let cells = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    Some(reader.records().map(|record| cells(record.unwrap())).collect())
}
