//! The contract of stores.

use std::io::Write as _;
use std::sync::Barrier;
use std::thread;

use crate::{Expected, Finished, Found, Key, Store, StoreError, Upload, Version};

/// Opens the store with a name: empty the first time, the same store afterwards, as another process would.
pub type Opener<'a> = dyn Fn(&str) -> Box<dyn Store> + Sync + 'a;

/// The store under test.
struct Place<'a> {
    name: &'a str,
    opener: &'a Opener<'a>,
}

impl Place<'_> {
    fn open(&self) -> Box<dyn Store> {
        (self.opener)(self.name)
    }
}

type Case = (&'static str, fn(&Place<'_>));

const CASES: [Case; 16] = [
    ("created-once", created_once),
    ("swapped-by-version", swapped_by_version),
    ("swap-of-nothing", swap_of_nothing),
    ("ensured-again", ensured_again),
    ("deleted-twice", deleted_twice),
    ("upload-appears-whole", upload_appears_whole),
    ("upload-of-the-same", upload_of_the_same),
    ("upload-of-something-else", upload_of_something_else),
    ("upload-of-nothing", upload_of_nothing),
    ("upload-dropped", upload_dropped),
    ("one-of-many-creates", one_of_many_creates),
    ("many-upload-the-same", many_upload_the_same),
    ("no-swap-is-lost", no_swap_is_lost),
    ("odd-keys", odd_keys),
    ("verified", verified),
    ("cleaned", cleaned),
];

/// Checks a store against the contract; panics with the name of a failing case.
pub fn check_store(opener: &Opener<'_>) {
    check_store_but(opener, &[]);
}

/// Like [`check_store`], without the named cases, which a server is known to fail.
pub fn check_store_but(opener: &Opener<'_>, known: &[&str]) {
    for (name, case) in CASES.into_iter().filter(|(name, _)| !known.contains(name)) {
        let run = || case(&Place { name, opener });
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        assert!(outcome.is_ok(), "the store falls short in the case `{name}`; see above");
    }
}

fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

fn content(store: &dyn Store, key: &Key) -> Option<Vec<u8>> {
    store.get(key).expect("it can be read").map(|object| object.bytes)
}

fn begin(store: &dyn Store, key: &Key, bytes: &[u8]) -> Box<dyn Upload> {
    let mut upload = store.upload(key).expect("an upload begins");
    // In chunks of odd sizes, as an encoder writes.
    for chunk in bytes.chunks(65_537) {
        upload.write_all(chunk).expect("an upload takes bytes");
    }
    upload
}

fn created_once(place: &Place<'_>) {
    let (store, at) = (place.open(), key("a/manifest.json"));
    assert_eq!(content(&*store, &at), None);
    let version = store.create(&at, b"1").expect("nothing is there");
    assert!(matches!(store.create(&at, b"2"), Err(StoreError::Exists { .. })));
    assert!(matches!(store.create(&at, b"1"), Err(StoreError::Exists { .. })));
    let object = store.get(&at).expect("it can be read").expect("it is there");
    assert_eq!((object.bytes.as_slice(), object.version), (&b"1"[..], version));
}

fn swapped_by_version(place: &Place<'_>) {
    let (store, at) = (place.open(), key("manifest.json"));
    let first = store.create(&at, b"1").expect("nothing is there");
    let second = store.replace(&at, b"2", &first).expect("it is what was read");
    let stale = store.replace(&at, b"3", &first);
    assert!(
        matches!(stale, Err(StoreError::Changed { key, expected }) if key == at && expected == first)
    );
    assert_eq!(content(&*store, &at).as_deref(), Some(&b"2"[..]));
    place.open().replace(&at, b"3", &second).expect("another process swaps it");
    assert_eq!(content(&*store, &at).as_deref(), Some(&b"3"[..]));
}

fn swap_of_nothing(place: &Place<'_>) {
    let (store, at) = (place.open(), key("manifest.json"));
    let version = store.create(&at, b"1").expect("nothing is there");
    store.delete(&at).expect("it can be deleted");
    let gone = store.replace(&at, b"2", &version);
    assert!(matches!(gone, Err(StoreError::Changed { .. })));
    assert!(store.replace(&key("never"), b"2", &Version::new("any")).is_err());
    assert_eq!(content(&*store, &at), None);
}

fn ensured_again(place: &Place<'_>) {
    let (store, at) = (place.open(), key("audit.json"));
    assert_eq!(store.ensure(&at, b"1").expect("nothing is there"), Finished::Created);
    assert_eq!(store.ensure(&at, b"1").expect("the same is there"), Finished::AlreadyThere);
    let other = store.ensure(&at, b"22");
    assert!(matches!(other, Err(StoreError::Differs { found: 1, written: 2, .. })));
    assert_eq!(content(&*store, &at).as_deref(), Some(&b"1"[..]));
}

fn deleted_twice(place: &Place<'_>) {
    let (store, at) = (place.open(), key("a/b"));
    store.delete(&at).expect("nothing is there, which is what was asked for");
    store.create(&at, b"1").expect("nothing is there");
    store.delete(&at).expect("it can be deleted");
    store.delete(&at).expect("nothing is there any more");
    assert_eq!(content(&*store, &at), None);
    store.create(&at, b"2").expect("the name is free again");
}

/// Larger than a buffer and than the minimum part size of a multipart upload.
fn large() -> Vec<u8> {
    (0..6_000_000_u32).map(|number| (number % 251).to_le_bytes()[0]).collect()
}

fn upload_appears_whole(place: &Place<'_>) {
    let (store, at, bytes) = (place.open(), key("a/run=1/part-00000.parquet"), large());
    let upload = begin(&*store, &at, &bytes);
    assert_eq!(content(&*store, &at), None, "nobody sees an upload that is under way");
    assert_eq!(upload.finish().expect("it finishes"), Finished::Created);
    assert!(content(&*place.open(), &at) == Some(bytes), "what was uploaded is there");
}

fn upload_of_the_same(place: &Place<'_>) {
    let (store, at, bytes) = (place.open(), key("a/part"), large());
    begin(&*store, &at, &bytes).finish().expect("it finishes");
    let again = begin(&*place.open(), &at, &bytes).finish();
    assert_eq!(again.expect("the same is there"), Finished::AlreadyThere);
    assert!(content(&*store, &at) == Some(bytes), "what was uploaded is still there");
}

fn upload_of_something_else(place: &Place<'_>) {
    let (store, at, bytes) = (place.open(), key("a/part"), large());
    begin(&*store, &at, &bytes).finish().expect("it finishes");
    let (mut last, shorter) = (bytes.clone(), &bytes[1..]);
    *last.last_mut().expect("it is large") ^= 1;
    for other in [&last[..], shorter, b""] {
        let finished = begin(&*store, &at, other).finish();
        let Err(StoreError::Differs { key, found, written }) = finished else {
            panic!("other bytes were taken for the same: {finished:?}");
        };
        assert_eq!((&key, found, written), (&at, bytes.len() as u64, other.len() as u64));
    }
    assert!(content(&*store, &at) == Some(bytes), "what was there is untouched");
}

fn upload_of_nothing(place: &Place<'_>) {
    let (store, at) = (place.open(), key("empty"));
    let upload = store.upload(&at).expect("an upload begins");
    assert_eq!(upload.finish().expect("it finishes"), Finished::Created);
    assert_eq!(content(&*store, &at), Some(Vec::new()));
}

fn upload_dropped(place: &Place<'_>) {
    let (store, at) = (place.open(), key("a/part"));
    drop(begin(&*store, &at, &large()));
    assert_eq!(content(&*store, &at), None);
    if let Some(cleaning) = store.cleaning() {
        assert_eq!(cleaning.list(&key("a")).expect("it can be listed"), [], "nothing is there");
    }
    begin(&*store, &at, b"whole").finish().expect("the name is free");
    assert_eq!(content(&*store, &at).as_deref(), Some(&b"whole"[..]));
}

/// How many of eight concurrent calls of `work`, each with its own store, returned true.
fn of_eight(place: &Place<'_>, work: impl Fn(&dyn Store, u8) -> bool + Sync) -> usize {
    let start = Barrier::new(8);
    thread::scope(|scope| {
        let tries: Vec<_> = (0..8_u8)
            .map(|number| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    let store = place.open();
                    start.wait();
                    work(&*store, number)
                })
            })
            .collect();
        tries.into_iter().map(|each| each.join().expect("no panic")).filter(|won| *won).count()
    })
}

fn one_of_many_creates(place: &Place<'_>) {
    for round in 0..10 {
        let at = key(&format!("{round}/manifest.json"));
        let made = of_eight(place, |store, number| match store.create(&at, &[number]) {
            Ok(_) => true,
            Err(StoreError::Exists { .. }) => false,
            Err(error) => panic!("{error}"),
        });
        assert_eq!(made, 1, "one and no more creates it");
    }
}

fn many_upload_the_same(place: &Place<'_>) {
    let (at, bytes) = (key("a/part"), large());
    let made = of_eight(place, |store, _| {
        begin(store, &at, &bytes).finish().expect("it is the same") == Finished::Created
    });
    assert_eq!(made, 1, "one and no more creates it");
    assert!(content(&*place.open(), &at) == Some(bytes), "it is whole");
}

fn no_swap_is_lost(place: &Place<'_>) {
    let at = key("counter");
    place.open().create(&at, b"0").expect("nothing is there");
    of_eight(place, |store, _| {
        let mut done = 0;
        while done < 5 {
            let now = store.get(&at).expect("it can be read").expect("it is there");
            let number: u32 = String::from_utf8_lossy(&now.bytes).parse().expect("a number");
            match store.replace(&at, (number + 1).to_string().as_bytes(), &now.version) {
                Ok(_) => done += 1,
                Err(StoreError::Changed { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        true
    });
    assert_eq!(content(&*place.open(), &at).as_deref(), Some(&b"40"[..]));
}

fn odd_keys(place: &Place<'_>) {
    let store = place.open();
    let long = format!("{}/{}", "d".repeat(255), "f".repeat(255));
    let odd = [
        "plain.json",
        "kind=general/x.json",
        "a b/c.json",
        "ü/Ü.json",
        "100%/%2F.json",
        "q?x#y&z+,@~'\"!*().json",
        "日本/🗾.json",
        "..a/b..",
        &long,
    ];
    let mut urls = Vec::new();
    for text in odd {
        let at = key(text);
        store.create(&at, text.as_bytes()).expect("any key is a name");
        let url = store.url(&at);
        assert!(url.contains("://"), "`{url}` begins with a scheme");
        let plain = |c: char| c.is_ascii_graphic() && !"\"?#<>\\^`{|}".contains(c);
        // An `s3://` address is not percent-encoded: readers take the key literally.
        let literal = !url.starts_with("file:") && url.ends_with(text);
        assert!(literal || url.chars().all(plain), "`{url}` needs no quoting");
        urls.push(url);
    }
    for text in odd {
        assert_eq!(content(&*store, &key(text)).as_deref(), Some(text.as_bytes()), "{text}");
    }
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), odd.len(), "two keys, two addresses");
}

fn verified(place: &Place<'_>) {
    let (store, at, bytes) = (place.open(), key("a/part"), large());
    let expected =
        |bytes: &[u8]| Expected { bytes: bytes.len() as u64, digest: blake3::hash(bytes) };
    let check = |bytes: &[u8], found: Found| {
        assert_eq!(store.verify(&at, &expected(bytes)).expect("it can be read"), found);
    };
    check(&bytes, Found::Nothing);
    begin(&*store, &at, &bytes).finish().expect("it finishes");
    check(&bytes, Found::Same);
    let mut other = bytes.clone();
    other[3_000_000] ^= 1;
    let there = Found::Other { bytes: bytes.len() as u64 };
    check(&other, there);
    check(&bytes[1..], there);
    check(b"", there);
}

fn cleaned(place: &Place<'_>) {
    let store = place.open();
    let Some(cleaning) = store.cleaning() else { return };
    let names = ["a/run=1/part", "a/run=2/part", "ab/part"];
    for (name, bytes) in names.iter().zip(["1", "22", "333"]) {
        store.create(&key(name), bytes.as_bytes()).expect("nothing is there");
    }
    let check = |folder: &str, expected: &[(&str, u64)]| {
        let found = cleaning.list(&key(folder)).expect("it can be listed");
        let found: Vec<_> = found.iter().map(|it| (it.key.as_str(), it.bytes)).collect();
        assert_eq!(found, expected, "{folder}");
    };
    check("a", &[(names[0], 1), (names[1], 2)]);
    check("nowhere", &[]);
    store.delete(&key(names[0])).expect("it can be deleted");
    cleaning.prune(&key("a/run=1")).expect("folders can go");
    cleaning.prune(&key("a/run=2")).expect("what is not empty stays");
    cleaning.prune(&key("nowhere/at/all")).expect("what is not there is gone");
    check("a", &[(names[1], 2)]);
    store.create(&key(names[0]), b"4").expect("its folder comes back");
    check("a", &[(names[0], 1), (names[1], 2)]);
}
