//! The orders in which a thief may go through the other Ps.

use crate::ids::PId;

/// For each P, the distinct orders in which Go may go through the others: a random start, and a stride
/// that has no factor in common with their number.
///
/// Go: proc.go, (*randomOrder).reset 6234-6242 and start 6244-6250 (1.19.8), 8062-8070 and 8072-8078 (1.27.3).
pub(crate) fn steal_orders(ps: u32) -> Vec<Vec<Vec<PId>>> {
    (0..ps).map(|me| orders_of_others(ps, me)).collect()
}

fn orders_of_others(ps: u32, me: u32) -> Vec<Vec<PId>> {
    let mut orders = Vec::new();
    for stride in (1..=ps).filter(|&s| gcd(s, ps) == 1) {
        for start in 0..ps {
            let all = (0..ps).map(|i| (start + i * stride) % ps);
            let others: Vec<PId> = all.filter(|&p| p != me).map(PId).collect();
            let missed = (0..ps).find(|&p| p != me && !others.contains(&PId(p)));
            assert!(missed.is_none(), "randomOrder: {others:?} leaves out P{missed:?}");
            if !orders.contains(&others) {
                orders.push(others);
            }
        }
    }
    orders
}

/// Go: proc.go, gcd 6265-6270 (1.19.8), 8093-8098 (1.27.3).
fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        let rest = a % b;
        // Else this would not return.
        assert!(rest < b, "gcd: {rest} is not less than {b}");
        gcd(b, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_two_ps_there_is_nothing_to_choose() {
        assert_eq!(steal_orders(2), [[[PId(1)]], [[PId(0)]]]);
    }

    #[test]
    fn with_three_ps_both_orders_of_the_others_occur() {
        for (me, orders) in steal_orders(3).iter().enumerate() {
            assert_eq!(orders.len(), 2);
            assert!(orders.iter().all(|order| !order.contains(&PId(me as u32))));
        }
    }

    #[test]
    fn with_four_ps_all_six_orders_of_the_others_occur_that_a_stride_allows() {
        // Forward and backward, from each of three places.
        assert!(steal_orders(4).iter().all(|orders| orders.len() == 6));
    }
}
