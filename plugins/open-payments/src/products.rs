//! The five product slots.

use assay_sdk::{Ask, Bits, Judged, Look, Rules};

use crate::columns::{RELATED_PRODUCT, SLOTS, Slot};
use crate::recipient::gaps;

/// The number of columns per slot, as `all` requests them.
const WIDTH: usize = 6;

pub(crate) fn declare(rules: &mut Rules) {
    rules
        .validate("product-related")
        .title("products are listed if and only if the indicator says so")
        .message("the related product indicator is `{Related_Product_Indicator}`, which contradicts the products")
        .warn()
        .columnar(std::iter::once(Ask::text(RELATED_PRODUCT)).chain(all()), related);
    rules
        .validate("product-slots")
        .title("product slots are filled without gaps")
        .message("a product follows an empty product slot")
        .warn()
        .columnar(all(), |look| gaps(&slots(look, 0), |slot| slot * WIDTH));
    rules
        .validate("product-codes")
        .title("only drugs and biologicals have an NDC, only devices and supplies a PDI")
        .message("a product has a code for another kind of product")
        .warn()
        .columnar(
            SLOTS.iter().flat_map(|slot| {
                [Ask::presence(slot.ndc), Ask::presence(slot.pdi), Ask::text(slot.kind)]
            }),
            codes,
        );
}

fn all() -> impl Iterator<Item = Ask> {
    let columns = |slot: &'static Slot| {
        [slot.covered, slot.kind, slot.category, slot.name, slot.ndc, slot.pdi].map(Ask::presence)
    };
    SLOTS.iter().flat_map(columns)
}

/// The records in which each slot has a filled cell. The slots' columns begin at `first` among the rule's columns.
fn slots(look: Look<'_>, first: usize) -> Vec<Bits> {
    (0..SLOTS.len())
        .map(|slot| {
            let columns = (0..WIDTH).map(|nth| look.column(first + slot * WIDTH + nth).filled());
            columns.fold(Bits::zeros(look.records()), Bits::or)
        })
        .collect()
}

fn related(look: Look<'_>) -> Judged {
    let indicator = look.column(0);
    let no = indicator.where_text(|cell| cell == b"No");
    let yes = indicator.where_text(|cell| cell == b"Yes");
    let slots = slots(look, 1);
    let any = slots.iter().fold(Bits::zeros(look.records()), Bits::or);
    let unsaid = yes.and_not(look.column(1).filled());
    Judged::new(no.and(&any).or(&unsaid), indicator.filled())
}

fn codes(look: Look<'_>) -> Judged {
    let mut judged = Bits::zeros(look.records());
    let mut sets = Vec::new();
    for slot in 0..SLOTS.len() {
        let first = slot * 3;
        let (ndc, pdi, kind) =
            (look.column(first).filled(), look.column(first + 1).filled(), look.column(first + 2));
        judged = judged.or(&ndc.clone().or(pdi).and(kind.filled()));
        let drug = kind.where_text(|cell| matches!(cell, b"Drug" | b"Biological"));
        let device = kind.where_text(|cell| matches!(cell, b"Device" | b"Medical Supply"));
        // A blank kind is not judged: CMS allows it for products that are not covered.
        sets.push((first, ndc.clone().and(&device)));
        sets.push((first + 1, pdi.clone().and(&drug)));
    }
    Judged::first_of(sets, &judged)
}
