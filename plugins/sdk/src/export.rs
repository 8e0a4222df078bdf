//! A plugin as what the host loads.

/// Makes a component of a plugin: `export_plugin!(Library);`. Does nothing on other targets, so that the crate's
/// tests run natively.
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
