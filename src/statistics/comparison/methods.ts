/** What each number of the answer was computed by; a new version of a method changes its text. */
export const METHODS = {
  exposure: "household-days / 365.25 with dated changes of households; rates per 1,000 household-years",
  rateInterval: "garwood/1: exact central Poisson limits (Garwood 1936)",
  rateRatio: "exact-conditional/1: binomial given the total, central p and limits (Fay 2010)",
  midP: "mid-p/1: half of the observed point in each tail; for comparison, not for the verdict",
  quasi: "quasi-poisson/1: Pearson's dispersion of the months, floored at 1, Student's t",
  pDecision: "decision/1: the larger of exact central and quasi-Poisson p; the wider interval limit by limit",
  controlled: "rirr/1: exact non-central hypergeometric given the margins (Wilson 2022), and quasi-Poisson",
  preventedCounts:
    "wdd/1: weighted displacement difference (Wheeler & Ratcliffe 2018), sign turned: above 0 is prevented",
  eb: "empirical-bayes/2: Hauer 1997 with the untreated estates as reference; gamma-Poisson limits with the variance of their trend",
  pooled:
    "mantel-haenszel/2 (Greenland & Robins 1985); DerSimonian-Laird with its own or Knapp-Hartung limits, the wider; all with the dispersion of the months",
  qValues: "benjamini-hochberg/1 over the treated estates; p by the larger of exact and quasi-Poisson",
  its: "segmented/2: trend, two harmonics, quasi-Poisson or negative binomial (Lopez Bernal 2017), Student's t",
  panel:
    "poisson-panel/2: estate and quarter effects, 3 to 60 estates; below ten p by lot, else the larger of estate-clustered and quasi-Poisson",
  staggered:
    "cohort-rirr/1: each date against the controls' same months, shared controls dealt out (Cochrane 23.3.4)",
  displacement: "wdq/1 and tne/1 (Bowers & Johnson 2003); wdd/1, sign turned, where the buffer has a control",
  minDetectable: "min-detectable/1: largest count after with pCentral <= 1 - level at equal exposure",
  verdict:
    "verdict/1: pDecision <= 1 - level of the controlled finding where there is a control; chosen for many cases, empirical Bayes has to agree",
} as const;
