//! Reads a JSON value into any type that serde can read; a fault has a JSON pointer and the possible choices.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected,
    IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::Value;

use crate::ConfigFault;

/// Reads a value into `T`. Give `T` `#[serde(deny_unknown_fields)]`, so that a mistyped key is not ignored.
pub fn read<T: DeserializeOwned>(value: &Value) -> Result<T, ConfigFault> {
    T::deserialize(Node(value)).map_err(|mut error| {
        error.path.reverse();
        ConfigFault {
            path: error.path.iter().flat_map(|segment| ["/".to_owned(), escape(segment)]).collect(),
            message: error.message,
            expected: error.expected,
        }
    })
}

/// Escapes a key as a segment of a JSON pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What is wrong, and the path to it from the inside out.
#[derive(Debug)]
struct SettingsError {
    path: Vec<String>,
    message: String,
    expected: Vec<String>,
}

impl SettingsError {
    fn below(mut self, segment: &impl ToString) -> Self {
        self.path.push(segment.to_string());
        self
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SettingsError {}

impl serde::de::Error for SettingsError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: Vec::new(), message: message.to_string(), expected: Vec::new() }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {unexpected}"))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self {
            path: vec![field.to_owned()],
            message: format!("unknown key `{field}`"),
            expected: expected.iter().map(ToString::to_string).collect(),
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self {
            path: Vec::new(),
            message: format!("unknown choice `{variant}`"),
            expected: expected.iter().map(ToString::to_string).collect(),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the key `{field}` is missing"))
    }
}

struct Node<'v>(&'v Value);

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = SettingsError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SettingsError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => {
                if let Some(value) = number.as_u64() {
                    visitor.visit_u64(value)
                } else if let Some(value) = number.as_i64() {
                    visitor.visit_i64(value)
                } else {
                    visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN))
                }
            }
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter(), index: 0 }),
            Value::Object(map) => visitor.visit_map(Entries { entries: map.iter(), held: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SettingsError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, SettingsError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SettingsError> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Object(map) if map.len() == 1 => {
                let (key, value) = map.iter().next().expect("it has one entry");
                visitor.visit_enum(Choice { key, value })
            }
            _ => Err(SettingsError::custom("expected the name of a choice")),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'v> {
    items: std::slice::Iter<'v, Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = SettingsError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, SettingsError> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Node(item)).map(Some).map_err(|error| error.below(&index))
    }
}

struct Entries<'v> {
    entries: serde_json::map::Iter<'v>,
    held: Option<(&'v String, &'v Value)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = SettingsError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, SettingsError> {
        self.held = self.entries.next();
        let Some((key, _)) = self.held else { return Ok(None) };
        let key: StrDeserializer<'de, SettingsError> = key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, SettingsError> {
        let (key, value) = self.held.take().ok_or_else(|| SettingsError::custom("no value"))?;
        seed.deserialize(Node(value)).map_err(|error| error.below(&key))
    }
}

/// A choice with contents: `{"name": contents}`.
struct Choice<'v> {
    key: &'v str,
    value: &'v Value,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = SettingsError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), SettingsError> {
        let key: StrDeserializer<'de, SettingsError> = self.key.into_deserializer();
        Ok((seed.deserialize(key)?, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = SettingsError;

    fn unit_variant(self) -> Result<(), SettingsError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, SettingsError> {
        seed.deserialize(Node(self.value)).map_err(|error| error.below(&self.key))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, SettingsError> {
        Node(self.value).deserialize_any(visitor).map_err(|error| error.below(&self.key))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SettingsError> {
        Node(self.value).deserialize_any(visitor).map_err(|error| error.below(&self.key))
    }
}
