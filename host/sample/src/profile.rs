//! Reads profiles and their data files, and checks them as far as possible before a file is requested.

use std::fs;
use std::path::{Path, PathBuf};

use crate::condition::Condition;
use crate::data::Data;
use crate::defect::Defect;
use crate::error::{Fault, ProfileError, one_of};
use crate::given::Given;
use crate::plan::{Plan, Size};
use crate::raw::{RawProfile, RawTable};
use crate::recipe::Recipe;
use crate::template::{Cells, Named, Names, Source};

/// Describes a kind of file: its columns, the tables they draw from, and the defects it can have.
#[derive(Debug)]
pub struct Profile {
    path: PathBuf,
    pub(crate) raw: RawProfile,
    /// The data file of each table, if it has one, in the tables' order.
    data: Vec<Option<Data>>,
}

/// Name of the layout in a profile's templates.
const LAYOUT: &str = "layout";

/// Version of the profile language supported by this crate.
const FORMAT: u32 = 1;

impl Profile {
    /// Reads a profile and its data files; their paths are relative to the profile's folder. Fails with the first
    /// unknown key, unknown name or invalid value, or if a file cannot be read.
    pub fn load(path: &Path) -> Result<Self, ProfileError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ProfileError::Read { path: path.to_owned(), source })?;
        let raw: RawProfile = toml::from_str(&text).map_err(|error| syntax(path, &text, &error))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let data = raw
            .tables
            .values()
            .map(|table| table.file.as_ref().map(|file| Data::load(&folder.join(file))).transpose())
            .collect::<Result<_, _>>()?;
        let profile = Self { path: path.to_owned(), raw, data };
        profile.check().map_err(|fault| profile.at(fault))?;
        Ok(profile)
    }

    /// The title of the files, for people.
    pub fn title(&self) -> &str {
        &self.raw.title
    }

    /// The partition keys, in the profile's order.
    pub fn partition_keys(&self) -> impl Iterator<Item = &str> {
        self.raw.partition.keys().map(String::as_str)
    }

    /// The layouts that files with these partition values may have, in the profile's order: the newest last.
    pub fn layouts_for(&self, partition: &[(String, String)]) -> Vec<&str> {
        let given = Given {
            names: partition.iter().map(|(key, _)| key.clone()).collect(),
            values: Some(partition.iter().map(|(_, value)| value.clone()).collect()),
        };
        let fits = |conditions| match Condition::list(conditions, &GivenOnly(&given)) {
            Ok(conditions) => conditions.iter().all(|condition| condition.holds(&Nothing)),
            // A condition on a missing partition value excludes nothing.
            Err(_) => true,
        };
        let layouts = self.raw.layouts.iter();
        layouts.filter(|(_, layout)| fits(&layout.when)).map(|(name, _)| name.as_str()).collect()
    }

    /// The names and values that are the same for a whole file: the layout, and partition values, with defaults for
    /// missing ones.
    pub(crate) fn given(
        &self,
        partition: &[(String, String)],
        layout: &str,
    ) -> Result<Given, ProfileError> {
        if let Some((key, _)) =
            partition.iter().find(|(key, _)| !self.raw.partition.contains_key(key))
        {
            let expected = one_of(self.partition_keys());
            return Err(ProfileError::PartitionUnknown { key: key.clone(), expected });
        }
        let layouts = self.layouts_for(partition);
        if !layouts.contains(&layout) {
            let expected = one_of(layouts);
            return Err(ProfileError::Layout { layout: layout.to_owned(), expected });
        }
        let mut names = vec![LAYOUT.to_owned()];
        let mut values = vec![layout.to_owned()];
        for (key, raw) in &self.raw.partition {
            let asked = partition.iter().find(|(name, _)| name == key);
            let value = match (asked, &raw.default) {
                (Some((_, value)), _) => Some(value.clone()),
                (None, Some(default)) => {
                    let so_far = Given { names: names.clone(), values: Some(values.clone()) };
                    let inside =
                        |fault: Fault| self.at(fault.under(&format!("partition.{key}.default")));
                    // A default may depend on the values before it, but not on chance.
                    Recipe::new(default, &GivenOnly(&so_far), true).map_err(inside)?.fixed(&Nothing)
                }
                (None, None) => None,
            };
            let value = value.ok_or_else(|| ProfileError::PartitionMissing { key: key.clone() })?;
            names.push(key.clone());
            values.push(value);
        }
        Ok(Given { names, values: Some(values) })
    }

    /// Resolves what is needed to make records.
    pub(crate) fn plan(&self, given: &Given, size: Option<Size>) -> Result<Plan, Fault> {
        Plan::new(&self.raw, &self.data, given, size)
    }

    /// Turns a mistake into an error about this file.
    pub(crate) fn at(&self, fault: Fault) -> ProfileError {
        fault.into_error(&self.path)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.raw.format != FORMAT {
            let message = format!(
                "{} is not a format this version reads, expected {FORMAT}",
                self.raw.format
            );
            return Err(Fault::here(message).under("format"));
        }
        for (name, table) in &self.raw.tables {
            check_table(table).map_err(|fault| fault.under(name).under("tables"))?;
        }
        let mut names = vec![LAYOUT.to_owned()];
        names.extend(self.partition_keys().map(str::to_owned));
        let given = Given { names, values: None };
        let plan = self.plan(&given, None)?;
        let outputs: Vec<String> = plan.outputs.iter().map(|(name, _)| name.clone()).collect();
        let bare = self.raw.bare.iter().map(|column| ("bare", column));
        let amounts = self.raw.amounts.keys().map(|column| ("amounts", column));
        for (key, column) in std::iter::once(("id", &self.raw.id)).chain(bare).chain(amounts) {
            if !outputs.contains(column) {
                return Err(
                    Fault::here(format!("`{column}` is not a column of `[record]`")).under(key)
                );
            }
        }
        for (key, raw) in &self.raw.partition {
            if let Some(default) = &raw.default {
                Recipe::new(default, &GivenOnly(&given), false)
                    .map_err(|fault| fault.under("default").under(key).under("partition"))?;
            }
        }
        for (name, layout) in &self.raw.layouts {
            Condition::list(&layout.when, &GivenOnly(&given))
                .map_err(|fault| fault.under("when").under(name).under("layouts"))?;
        }
        for (at, raw) in self.raw.defects.iter().enumerate() {
            let inside = |fault: Fault| fault.under(&format!("defect.{}", raw.name));
            if self.raw.defects[..at].iter().any(|other| other.name == raw.name) {
                return Err(inside(Fault::here("another defect has the same name")));
            }
            Defect::new(raw, &outputs, &given).map_err(inside)?;
        }
        Ok(())
    }
}

fn check_table(table: &RawTable) -> Result<(), Fault> {
    let made = table.members.is_some() || !table.columns.is_empty() || table.one_per.is_some();
    match (&table.file, made) {
        (Some(_), true) => Err(Fault::here(
            "a table is either read from `file` or made of `columns` and `members`",
        )),
        (None, _) if table.members.is_none_or(|[least, most]| least == 0 || least > most) => {
            Err(Fault::here("expected the least and the most members, from 1 on").under("members"))
        }
        (None, _) if table.columns.is_empty() => {
            Err(Fault::here("expected `file`, or `columns` to make").under("columns"))
        }
        _ if table.weight.is_some() && table.skew.is_some() => {
            Err(Fault::here("members are weighed by `weight` or by `skew`, not by both")
                .under("skew"))
        }
        _ => Ok(()),
    }
}

/// The names known where there are no columns: those given for the whole file.
struct GivenOnly<'a>(&'a Given);

impl Names for GivenOnly<'_> {
    fn named(&self, name: &str) -> Result<Named, Fault> {
        self.0.named(name).map(Named::Fixed).ok_or_else(|| {
            let expected = one_of(self.0.names.iter().map(String::as_str));
            Fault::here(format!("`{name}` is not known here, expected {expected}"))
        })
    }
}

/// No cells: for what depends only on given values.
pub(crate) struct Nothing;

impl Cells for Nothing {
    fn cell(&self, _: Source) -> &'static str {
        ""
    }
}

fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> ProfileError {
    let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ProfileError::Syntax {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message: error.message().to_owned(),
    }
}
