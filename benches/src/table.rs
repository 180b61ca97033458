//! The measures, gathered over the rounds and printed.

use std::collections::BTreeMap;

use crate::forward::Measure;

#[derive(Debug, Default)]
pub(crate) struct Table {
    /// By receivers, then in the order of the first round.
    rows: BTreeMap<usize, Vec<Row>>,
}

#[derive(Debug)]
struct Row {
    path: &'static str,
    measures: Vec<Measure>,
}

impl Table {
    pub(crate) fn add(&mut self, receivers: usize, path: &'static str, measure: Measure) {
        let rows = self.rows.entry(receivers).or_default();
        match rows.iter_mut().find(|row| row.path == path) {
            Some(row) => row.measures.push(measure),
            None => rows.push(Row {
                path,
                measures: vec![measure],
            }),
        }
    }

    #[expect(clippy::print_stdout, reason = "the table is what the program is for")]
    pub(crate) fn print(&self) {
        println!(
            "CPU time of the sending thread a forwarded packet; medians of interleaved rounds"
        );
        println!("video 30 fps x 8 x 1100 B, loopback, receivers with GRO");
        println!();
        println!("   N  path    rounds   packets  ns/packet  k packets/CPU-s  x naive");
        for (receivers, rows) in &self.rows {
            let naive = rows.first().map_or(f64::NAN, Row::nanoseconds);
            for row in rows {
                let cost = row.nanoseconds();
                println!(
                    "{receivers:4}  {:6}  {:6}  {:8}  {cost:9.0}  {:15.0}  {:7.2}",
                    row.path,
                    row.measures.len(),
                    row.packets(),
                    1e6 / cost,
                    naive / cost,
                );
            }
        }
    }
}

impl Row {
    fn packets(&self) -> u64 {
        self.measures.iter().map(|measure| measure.packets).sum()
    }

    /// The median over the rounds.
    fn nanoseconds(&self) -> f64 {
        let mut costs: Vec<_> = self.measures.iter().map(Measure::nanoseconds).collect();
        costs.sort_by(f64::total_cmp);
        costs.get(costs.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl Measure {
    fn nanoseconds(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e9 / self.packets as f64
    }
}
