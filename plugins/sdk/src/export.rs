//! Exports a plugin as the component that the host loads.

/// Exports a plugin as a component: `export_plugin!(Library);`. Does nothing unless the target is WebAssembly, so that
/// the crate's tests run natively.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type AssayComponent = $crate::component::Component<$plugin>;
            $crate::component::bindings::export!(
                AssayComponent with_types_in $crate::component::bindings
            );
        };
    };
}
