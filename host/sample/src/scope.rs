//! Makes rows: columns are made in order, each from earlier columns and from the members drawn.

use crate::condition::Condition;
use crate::error::{Fault, one_of};
use crate::given::Given;
use crate::prng::Prng;
use crate::raw::{RawForm, RawRecipe};
use crate::recipe::{Here, Recipe};
use crate::table::{Table, column_of};
use crate::template::{Cells, Named, Names, Source, Template};

use indexmap::IndexMap;

/// How to make rows.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    steps: Vec<Step>,
    /// Names of the columns made by recipes, in order.
    pub(crate) columns: Vec<String>,
    /// Table and naming pattern of each draw, in order.
    pub(crate) draws: Vec<Drawn>,
}

#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    name: String,
    pub(crate) table: usize,
    columns: Vec<String>,
    /// Names of the members' columns in the row; `*` stands for their own name.
    pub(crate) pattern: Option<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Column(Recipe),
    Draw(Draw),
}

#[derive(Debug, Clone)]
struct Draw {
    when: Vec<Condition>,
    filter: Option<(usize, Template)>,
    unlike: Vec<usize>,
    even: bool,
}

/// No member could be drawn.
#[derive(Debug, thiserror::Error)]
#[error(
    "no member of table `{table}` can be drawn where `{column}` is `{cell}`, add one to the profile"
)]
pub(crate) struct NoMember {
    table: String,
    column: String,
    cell: String,
}

/// The row being made, or the last one made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    text: String,
    ends: Vec<usize>,
    /// The member chosen by each draw.
    pub(crate) drawn: Vec<Option<usize>>,
    scratch: String,
}

impl Row {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn cell(&self, column: usize) -> &str {
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..self.ends[column]]
    }
}

/// The cells of a row and of the members drawn for it.
struct Reach<'a> {
    row: &'a Row,
    draws: &'a [Drawn],
    tables: &'a [Table],
}

impl Cells for Reach<'_> {
    fn cell(&self, source: Source) -> &str {
        match source {
            Source::Own(column) => self.row.cell(column),
            Source::Drawn { draw, column } => match self.row.drawn[draw] {
                Some(member) => self.tables[self.draws[draw].table].cell(member, column),
                None => "",
            },
            // Only defects use earlier records, and they have cells of their own.
            Source::Earlier(_) => "",
        }
    }
}

/// The names available so far while a scope is read.
struct SoFar<'a> {
    columns: &'a [String],
    draws: &'a [Drawn],
    given: &'a Given,
}

impl Names for SoFar<'_> {
    fn named(&self, name: &str) -> Result<Named, Fault> {
        if let Some(column) = self.columns.iter().position(|column| column == name) {
            return Ok(Named::Cell(Source::Own(column)));
        }
        if let Some(fixed) = self.given.named(name) {
            return Ok(Named::Fixed(fixed));
        }
        if let Some((draw, column)) = name.split_once('.')
            && let Some(at) = self.draws.iter().position(|drawn| drawn.name == draw)
        {
            let column = column_of(&self.draws[at].columns, column)?;
            return Ok(Named::Cell(Source::Drawn { draw: at, column }));
        }
        let columns = self.columns.iter().chain(&self.given.names).map(String::as_str);
        let drawn: Vec<String> =
            self.draws.iter().map(|drawn| format!("{}.…", drawn.name)).collect();
        let expected = one_of(columns.chain(drawn.iter().map(String::as_str)));
        Err(Fault::here(format!("`{name}` is not made before this, expected {expected}")))
    }
}

impl Scope {
    /// Reads a scope that draws from the tables before it, and prepares those tables for drawing.
    pub(crate) fn new(
        raw: &IndexMap<String, RawRecipe>,
        tables: &mut [Table],
        given: &Given,
    ) -> Result<Self, Fault> {
        let mut scope = Self { steps: Vec::new(), columns: Vec::new(), draws: Vec::new() };
        for (name, recipe) in raw {
            scope.add(name, recipe, tables, given).map_err(|fault| fault.under(name))?;
        }
        Ok(scope)
    }

    fn add(
        &mut self,
        name: &str,
        raw: &RawRecipe,
        tables: &mut [Table],
        given: &Given,
    ) -> Result<(), Fault> {
        let names = SoFar { columns: &self.columns, draws: &self.draws, given };
        match raw {
            RawRecipe::Table(form) if form.draw.is_some() => {
                let (drawn, draw) = read_draw(name, form, tables, &names)?;
                self.draws.push(drawn);
                self.steps.push(Step::Draw(draw));
            }
            recipe => {
                let recipe = Recipe::new(recipe, &names, given.values.is_some())?;
                self.columns.push(name.to_owned());
                self.steps.push(Step::Column(recipe));
            }
        }
        Ok(())
    }

    /// Makes the row with this index.
    pub(crate) fn next(
        &mut self,
        tables: &[Table],
        index: u64,
        prng: &mut Prng,
        row: &mut Row,
    ) -> Result<(), NoMember> {
        row.text.clear();
        row.ends.clear();
        row.drawn.clear();
        let mut scratch = std::mem::take(&mut row.scratch);
        for step in &mut self.steps {
            let cells = Reach { row, draws: &self.draws, tables };
            match step {
                Step::Column(recipe) => {
                    scratch.clear();
                    recipe.write(&Here { cells: &cells, index }, prng, &mut scratch);
                    row.text.push_str(&scratch);
                    row.ends.push(row.text.len());
                }
                Step::Draw(draw) => {
                    let table = &tables[self.draws[cells.row.drawn.len()].table];
                    let member = draw.choose(&cells, table, index, prng)?;
                    row.drawn.push(member);
                }
            }
        }
        row.scratch = scratch;
        Ok(())
    }
}

/// Further tries of a draw that must differ from others; after these a repetition is accepted.
const TRIES: usize = 4;

impl Draw {
    fn choose(
        &self,
        cells: &Reach<'_>,
        table: &Table,
        index: u64,
        prng: &mut Prng,
    ) -> Result<Option<usize>, NoMember> {
        if !self.when.iter().all(|condition| condition.holds(cells)) {
            return Ok(None);
        }
        let filter =
            self.filter.as_ref().map(|(column, template)| (*column, template.value(cells)));
        let none = || NoMember {
            table: table.name.clone(),
            column: filter
                .as_ref()
                .map_or_else(|| "any column".to_owned(), |(c, _)| table.columns[*c].clone()),
            cell: filter
                .as_ref()
                .map_or_else(|| "anything".to_owned(), |(_, cell)| cell.to_string()),
        };
        let group = table.group_of(filter.as_ref().map(|(column, cell)| (*column, &**cell)));
        let group = group.ok_or_else(none)?;
        let turn = self.even.then_some(index);
        let mut member = group.choose(turn, prng);
        for _ in 0..TRIES {
            if !self.unlike.iter().any(|&other| cells.row.drawn[other] == member) {
                break;
            }
            member = group.choose(turn, prng);
        }
        member.map(Some).ok_or_else(none)
    }
}

fn read_draw(
    name: &str,
    raw: &RawForm,
    tables: &mut [Table],
    names: &SoFar<'_>,
) -> Result<(Drawn, Draw), Fault> {
    let wanted = raw.draw.as_deref().unwrap_or_default();
    let table = tables.iter().position(|table| table.name == wanted).ok_or_else(|| {
        let expected = one_of(tables.iter().map(|table| table.name.as_str()));
        let message = format!("table `{wanted}` does not stand before this, expected {expected}");
        Fault::here(message).under("draw")
    })?;
    if raw.kinds().contains(&true) || raw.blank.is_some() {
        let message =
            "a draw takes `where`, `unlike`, `columns`, `even` and `when` and nothing else";
        return Err(Fault::here(message).under("draw"));
    }
    let filter = match &raw.filter {
        None => None,
        Some(filter) => {
            let mut pairs = filter.iter();
            let (Some((column, cell)), None) = (pairs.next(), pairs.next()) else {
                return Err(Fault::here("expected one column with the cell it has").under("where"));
            };
            let under = |fault: Fault| fault.under("where");
            let column = column_of(&tables[table].columns, column).map_err(under)?;
            tables[table].index_by(column).map_err(under)?;
            Some((column, Template::new(cell, names).map_err(under)?))
        }
    };
    let unlike = raw.unlike.iter().flatten().map(|other| {
        names
            .draws
            .iter()
            .position(|drawn| drawn.name == *other && drawn.table == table)
            .ok_or_else(|| {
                let message = format!("`{other}` is not a draw of the same table made before this");
                Fault::here(message).under("unlike")
            })
    });
    let draw = Draw {
        when: Condition::list(raw.when.as_deref().unwrap_or_default(), names)
            .map_err(|fault| fault.under("when"))?,
        filter,
        unlike: unlike.collect::<Result<_, _>>()?,
        even: raw.even.unwrap_or(false),
    };
    let drawn = Drawn {
        name: name.to_owned(),
        table,
        columns: tables[table].columns.clone(),
        pattern: raw.columns.clone(),
    };
    Ok((drawn, draw))
}
