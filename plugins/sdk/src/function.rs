//! What `#[rule(…)]` and `plugin!` are built on: functions that declare themselves, and the values that they may return.

use std::borrow::Cow;
use std::rc::Rc;

use crate::{Outcome, Rules, Run};

/// A function with `#[rule(…)]`. `S` is the settings type of the plugins that it may be part of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule for a plugin whose settings are `{S}`",
    label = "not such a rule",
    note = "write `#[rule(…)]` above the function; if it has a parameter `settings`, that must be `&{S}`"
)]
pub trait DeclareRule<S> {
    /// Declares the rule.
    fn declare(run: &Rc<Run>, settings: &Rc<S>, rules: &mut Rules);
}

/// A value that a validate or quarantine rule may return.
#[diagnostic::on_unimplemented(
    message = "a rule returns `bool` or `Outcome`, not `{Self}`",
    label = "expected `bool`, where `true` means that the rule holds, or `Outcome`"
)]
pub trait Answer {
    /// The value as an outcome.
    fn outcome(self) -> Outcome;
}

impl Answer for bool {
    fn outcome(self) -> Outcome {
        self.into()
    }
}

impl Answer for Outcome {
    fn outcome(self) -> Outcome {
        self
    }
}

/// A value that a normalise rule may return: the new cell, or `None` to leave the cell as it is.
#[diagnostic::on_unimplemented(
    message = "a normalise rule returns `Option<String>`, `Option<Vec<u8>>` or `Option<Cow<…>>`, not `{Self}`",
    label = "expected an `Option` of the new cell; `None` leaves it as it is"
)]
pub trait NewCell<'c> {
    /// The new cell as bytes.
    fn new_cell(self) -> Option<Cow<'c, [u8]>>;
}

impl<'c> NewCell<'c> for Option<String> {
    fn new_cell(self) -> Option<Cow<'c, [u8]>> {
        self.map(|text| Cow::Owned(text.into_bytes()))
    }
}

impl<'c> NewCell<'c> for Option<Vec<u8>> {
    fn new_cell(self) -> Option<Cow<'c, [u8]>> {
        self.map(Cow::Owned)
    }
}

impl<'c> NewCell<'c> for Option<&'c str> {
    fn new_cell(self) -> Option<Cow<'c, [u8]>> {
        self.map(|text| Cow::Borrowed(text.as_bytes()))
    }
}

impl<'c> NewCell<'c> for Option<&'c [u8]> {
    fn new_cell(self) -> Option<Cow<'c, [u8]>> {
        self.map(Cow::Borrowed)
    }
}

impl<'c> NewCell<'c> for Option<Cow<'c, str>> {
    fn new_cell(self) -> Option<Cow<'c, [u8]>> {
        self.map(|text| match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }
}

impl<'c> NewCell<'c> for Option<Cow<'c, [u8]>> {
    fn new_cell(self) -> Self {
        self
    }
}

impl Rules {
    /// Declares a function with `#[rule(…)]` that reads no settings: `rules.function::<due_in_time>()`.
    pub fn function<R: DeclareRule<()>>(&mut self) {
        R::declare(&Rc::default(), &Rc::default(), self);
    }
}

/// Makes a plugin from functions with `#[rule(…)]`: the type, its [`Plugin`](crate::Plugin) implementation, and the component.
///
/// ```
/// use assay_sdk::{Date, Settings, plugin, rule};
///
/// plugin! {
///     /// Loans of a library.
///     pub struct Library {
///         name: "library",
///         settings: Loans,
///         rules: [due_in_time],
///     }
/// }
///
/// #[derive(Debug, Settings)]
/// pub struct Loans {
///     /// The longest loan in days.
///     #[setting(default = 28, min = 1, max = 365)]
///     longest_days: i32,
/// }
///
/// /// A loan ends in time.
/// #[rule(
///     code = "due-in-time",
///     class = validate,
///     columns(loaned = date("Loaned_On", "%Y-%m-%d"), due = date("Due_On", "%Y-%m-%d")),
/// )]
/// fn due_in_time(loaned: Date, due: Date, settings: &Loans) -> bool {
///     due - loaned <= settings.longest_days
/// }
///
/// # use assay_sdk::testing::Table;
/// let found = Table::new(&["Loaned_On", "Due_On"])
///     .record(&["2024-05-01", "2024-05-20"])
///     .record(&["2024-05-01", "2024-07-20"])
///     .validate::<Library>();
/// assert_eq!(found.hits(due_in_time::CODE), [1]);
/// ```
///
/// Omit `settings` if there are none. `more: function` names a `fn(&Run, &S, &mut Rules) -> Result<(), Faults>`, for rules that are
/// more than a function of one record, or to check that settings fit together.
#[macro_export]
macro_rules! plugin {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $plugin:ident {
            name: $name:expr,
            rules: $($rest:tt)*
        }
    ) => {
        $crate::plugin! {
            $(#[$meta])*
            $visibility struct $plugin {
                name: $name,
                settings: $crate::NoSettings,
                rules: $($rest)*
            }
        }
    };
    (
        $(#[$meta:meta])*
        $visibility:vis struct $plugin:ident {
            name: $name:expr,
            settings: $settings:ty,
            rules: [$($rule:ty),* $(,)?]
            $(, more: $more:path)? $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        $visibility struct $plugin;

        impl $crate::Plugin for $plugin {
            const NAME: &'static str = $name;
            const VERSION: &'static str = env!("CARGO_PKG_VERSION");
            type Settings = $settings;

            fn rules(
                run: &$crate::Run,
                settings: Self::Settings,
                rules: &mut $crate::Rules,
            ) -> ::core::result::Result<(), $crate::Faults> {
                let run = ::std::rc::Rc::new(::core::clone::Clone::clone(run));
                let settings = ::std::rc::Rc::new(settings);
                $(<$rule as $crate::DeclareRule<$settings>>::declare(&run, &settings, rules);)*
                $($more(&run, &settings, rules)?;)?
                let _ = (&run, &settings, rules);
                ::core::result::Result::Ok(())
            }

            fn standing_rules(rules: &mut $crate::Rules) {
                // A plugin is described without settings; if some are required, its rules are known only in a run.
                if let Ok(settings) = $crate::settings::usual::<$settings>() {
                    let _ = <Self as $crate::Plugin>::rules(
                        &::core::default::Default::default(), settings, rules,
                    );
                }
            }
        }

        $crate::export_plugin!($plugin);
    };
}
