//! How much a component sets up when it is instantiated: the items that it instantiates itself, once
//! per instantiation.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, Instance,
};

use super::refusal::Refusal;

/// What one instantiation sets up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) definitions: u64,
    pub(super) globals: u64,
    pub(super) entries: u64,
}

impl Size {
    pub(super) fn add(&mut self, other: Self) {
        self.define(other.definitions);
        self.globals = self.globals.saturating_add(other.globals);
        self.entries = self.entries.saturating_add(other.entries);
    }

    pub(super) fn define(&mut self, definitions: u64) {
        self.definitions = self.definitions.saturating_add(definitions);
    }
}

/// The open components, the outermost first, and the open core module.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    components: Vec<Level>,
    module: Option<Size>,
}

/// A component as far as it has been read: its index spaces hold the size of instantiating each item.
#[derive(Debug, Default)]
struct Level {
    size: Size,
    modules: Vec<Size>,
    components: Vec<Size>,
}

impl Spaces {
    /// The size of what is open: of the instance of a core module, or of the component itself.
    pub(super) fn size(&mut self) -> &mut Size {
        match (&mut self.module, self.components.last_mut()) {
            (Some(module), _) => module,
            (None, Some(component)) => &mut component.size,
            (None, None) => unreachable!("validated: a section lies in a module or a component"),
        }
    }

    pub(super) fn open_component(&mut self) {
        self.components.push(Level::default());
    }

    pub(super) fn open_module(&mut self) {
        self.module = Some(Size { definitions: 1, ..Size::default() });
    }

    /// Closes the innermost open module or component.
    pub(super) fn close(&mut self) {
        if let Some(module) = self.module.take() {
            self.level().modules.push(module);
        } else if let Some(done) = self.components.pop()
            && let Some(outer) = self.components.last_mut()
        {
            outer.components.push(done.size);
        }
    }

    pub(super) fn core_instance(&mut self, instance: &Instance<'_>) -> Result<(), Refusal> {
        let level = self.level();
        match instance {
            Instance::Instantiate { module_index, args } => {
                let size = item(&level.modules, *module_index)?;
                level.size.add(size);
                level.size.define(items(args));
            }
            Instance::FromExports(exports) => level.size.define(1 + items(exports)),
        }
        Ok(())
    }

    pub(super) fn instance(&mut self, instance: &ComponentInstance<'_>) -> Result<(), Refusal> {
        let level = self.level();
        match instance {
            ComponentInstance::Instantiate { component_index, args } => {
                let size = item(&level.components, *component_index)?;
                level.size.add(size);
                level.size.define(1 + items(args));
            }
            ComponentInstance::FromExports(exports) => level.size.define(1 + items(exports)),
        }
        Ok(())
    }

    pub(super) fn alias(&mut self, alias: &ComponentAlias<'_>) -> Result<(), Refusal> {
        self.level().size.define(1);
        match *alias {
            ComponentAlias::Outer { kind, count, index } => {
                let open = self.components.len();
                let outer = usize::try_from(count)
                    .ok()
                    .and_then(|count| open.checked_sub(count)?.checked_sub(1))
                    .ok_or(Refusal::Uncountable)?;
                match kind {
                    ComponentOuterAliasKind::CoreModule => {
                        let size = item(&self.components[outer].modules, index)?;
                        self.level().modules.push(size);
                    }
                    ComponentOuterAliasKind::Component => {
                        let size = item(&self.components[outer].components, index)?;
                        self.level().components.push(size);
                    }
                    ComponentOuterAliasKind::CoreType | ComponentOuterAliasKind::Type => {}
                }
                Ok(())
            }
            ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Module | ComponentExternalKind::Component,
                ..
            } => Err(Refusal::Uncountable),
            ComponentAlias::InstanceExport { .. } | ComponentAlias::CoreInstanceExport { .. } => {
                Ok(())
            }
        }
    }

    pub(super) fn import(&mut self, wanted: ComponentTypeRef) -> Result<(), Refusal> {
        self.level().size.define(1);
        match wanted {
            ComponentTypeRef::Module(_) | ComponentTypeRef::Component(_) => {
                Err(Refusal::Uncountable)
            }
            _ => Ok(()),
        }
    }

    /// An export is a second name for an item, under which it can be instantiated too.
    pub(super) fn export(
        &mut self,
        kind: ComponentExternalKind,
        index: u32,
    ) -> Result<(), Refusal> {
        let level = self.level();
        level.size.define(1);
        match kind {
            ComponentExternalKind::Module => {
                let size = item(&level.modules, index)?;
                level.modules.push(size);
            }
            ComponentExternalKind::Component => {
                let size = item(&level.components, index)?;
                level.components.push(size);
            }
            _ => {}
        }
        Ok(())
    }

    fn level(&mut self) -> &mut Level {
        self.components.last_mut().expect("validated: such a section lies in a component")
    }
}

fn item(space: &[Size], index: u32) -> Result<Size, Refusal> {
    let index = usize::try_from(index).map_err(|_| Refusal::Uncountable)?;
    space.get(index).copied().ok_or(Refusal::Uncountable)
}

fn items<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}
