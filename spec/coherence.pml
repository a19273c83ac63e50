/*
 * The leases of docs/coherence.md, for spin. README.md says what is modelled, what is left out and why, and how far it is
 * searched.
 *
 * Whatever happens is one guarded step, of a verifier (with the statements that the database runs for it), of a change
 * (with the looks of its settlement) or of the database's faults. Between any two steps anybody may pause for as long as
 * they like.
 *
 * -D<RULE> leaves a rule out: NO_LEASE_CHECK and so on. The search must then find a verification decided on a state that
 * an answered change had ended.
 */

#ifndef VERIFIERS
#define VERIFIERS 2
#endif
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef FAULTS
#define FAULTS 0
#endif

/* ---- The database ------------------------------------------------------------------------------------------------ */

/* Sets of changes: bit e is the change with epoch e, bit 0 the beginning, so that no state is the empty set. */
#define bitOf(n) (1 << (n))
#define upTo(e) ((2 << (e)) - 1)
#define NOTHING 0

/* What a new snapshot shows: the clock, and the changes committed. */
unsigned epoch : 2;
unsigned committed : 4 = 1;
/* The changes that concern the one item that is verified, and those of them that were answered. */
unsigned ours : 4;
unsigned answered : 4;

/* lease_run: whether this run of the server is known to give leases, and for so long that earlier ones are over. */
#define KNOWN 0
#define UNKNOWN 1
#define NOTED 2
unsigned run_ : 2 = KNOWN;
unsigned faultsLeft : 2 = FAULTS;

/* A verifier's row. A new id begins with a new row; the former one is gone at once, for it could only hold changes up. */
typedef Row {
  bit exists;
  unsigned applied : 2;
  /* Not over by the database's clock: the lease that can be seen, and the one that the statement under way gives. */
  bit lease;
  bit granted;
  /* Not as its verifier left it: `renewals` differs. */
  bit isForeign;
}
Row row[VERIFIERS];

/* ---- Verifiers --------------------------------------------------------------------------------------------------- */

/* A registration goes from STARTED to DONE, a renewal waits for the row's lock and holds it from LOCKED to DONE. */
#define IDLE 0
#define STARTED 1
#define LOCKED 2
#define DONE 3

typedef Verifier {
  /* Registered, and no doubt since. */
  bit isHeld;
  unsigned applied : 2;
  /* Whether it trusts its cache, and whether the answer under way will let it. */
  bit trust;
  bit coming;
  /* The statement that it waits for; the epoch that it read, and whether it lists the item among the changes. */
  unsigned statement : 2;
  unsigned epoch : 2;
  bit isListed;
  /* The changes after `applied` that it has heard of by a notification, and whether they were all when the statement began. */
  unsigned heard : 4;
  bit isAllHeard;
  /* Whether the run of the server in which it registered still goes on. */
  bit isSameRun;
  /* The changes that the cached item shows; those that the item shows that is being read, and the epoch of its snapshot. */
  unsigned cached : 4;
  unsigned fill : 4;
  unsigned fillEpoch : 2;
}
Verifier verifier[VERIFIERS];

/* ---- Changes ----------------------------------------------------------------------------------------------------- */

#define BEGINS 0
#define DRAWN 1
#define WAITS 2
#define OVER 3

typedef Change {
  unsigned stage : 2;
  unsigned epoch : 2;
  /* The verifiers that its last look saw in the way, and whose rows it has not deleted since. */
  unsigned lagging : 2;
}
Change change[CHANGES];

#define V verifier[v]
#define R row[v]
#define C change[c]

/* ---- The rules, and what is left of each without it -------------------------------------------------------------- */

#ifdef NO_LEASE_CHECK
#define isTrusted V.isHeld
#else
#define isTrusted V.trust
#endif

#ifdef TRUST_FROM_ANSWER
#define trustOfAnswer 1
#else
#define trustOfAnswer V.coming
#endif

#ifdef NO_MARGIN
#define trustEnds(trust) skip
#else
#define trustEnds(trust) trust = 0
#endif

#ifdef REPORTED_UNAPPLIED
#define reported V.epoch
#else
#define reported (V.isAllHeard -> V.epoch : V.applied)
#endif

/* What is not listed any more, it cannot have heard of: a list that is not whole is never all. */
#define later (committed & ~upTo(V.applied))
#ifdef HEARD_BY_NAME
#define hasHeardAll (V.heard != 0)
#else
#define hasHeardAll (V.heard != 0 && (later & ~V.heard) == 0)
#endif

#ifdef NO_FILL_FENCE
#define isTooOld false
#else
#define isTooOld (V.fillEpoch < V.applied)
#endif

#ifdef NO_FENCE_OF_HEARD
#define isOlderThan(e) false
#else
#define isOlderThan(e) (V.fillEpoch < e)
#endif

/* Without a lease the code reads, too, and forgets it at the registration: not worth the states. */
#ifdef NO_GENERATION
#define mayBeKept true
#define forgetFills skip
#else
#define mayBeKept V.isHeld
#define forgetFills V.fill = NOTHING; V.fillEpoch = 0
#endif

#ifdef CACHE_KEPT
#define forgetCache skip
#else
#define forgetCache V.cached = NOTHING
#endif

/* Three fences against another world, each of which is enough. */
#ifdef NO_RUN_CHECK
#define isRunWell true
#else
#define isRunWell V.isSameRun
#endif
#ifdef NO_EPOCH_CHECK
#define isEpochWell true
#else
#define isEpochWell (V.epoch >= V.applied)
#endif
#ifdef NO_RENEWALS_CHECK
#define isFound R.exists
#else
#define isFound (R.exists && !R.isForeign)
#endif

#ifdef PASSED_OVER
#define isInTheWay(v) (row[v].exists && row[v].applied < C.epoch && row[v].lease)
#define mayDelete(v) false
#else
#define isInTheWay(v) (row[v].exists && row[v].applied < C.epoch)
#define mayDelete(v) ((C.lagging & bitOf(v)) && row[v].exists && row[v].applied < C.epoch && !row[v].lease && \
  verifier[v].statement != LOCKED)
#endif

#ifdef ANSWERED_UNSETTLED
#define isSettled true
#else
#define isSettled (run_ == KNOWN && C.lagging == 0)
#endif

#ifdef NO_WAIT_AFTER_LOSS
#define loseRun skip
#else
#define loseRun run_ = UNKNOWN
#endif

/* ---- What several steps do --------------------------------------------------------------------------------------- */

#define everyVerifier (bitOf(VERIFIERS) - 1)
#define noteRun run_ = (run_ == UNKNOWN -> NOTED : run_)

inline forgetRow() { R.exists = 0; R.applied = 0; R.lease = 0; R.granted = 0; R.isForeign = 0 }

inline deleteRow(w) { row[w].exists = 0; row[w].applied = 0; row[w].isForeign = 0; C.lagging = C.lagging & ~bitOf(w) }

inline endStatement() { V.statement = IDLE; V.coming = 0; V.epoch = 0; V.isListed = 0; V.isAllHeard = 0 }

/* With ONE_HEARS the notifications of the second verifier are all lost: fewer states. */
#ifdef ONE_HEARS
#define canHear (v == 0)
#else
#define canHear true
#endif
#define isNews(e) (canHear && V.isHeld && V.isSameRun && (later & ~V.heard & bitOf(e)))

/* What was changed is dropped, and what is being read from before it is not kept. */
inline hear(e) {
  V.heard = V.heard | bitOf(e);
  if :: ours & bitOf(e) -> V.cached = NOTHING :: else fi;
  if :: V.fill != NOTHING && isOlderThan(e) -> V.fill = NOTHING; V.fillEpoch = 0 :: else fi
}

inline doubt() {
  V.isHeld = 0; V.applied = 0; V.heard = 0; V.trust = 0; V.isSameRun = 0;
  endStatement();
  forgetCache;
  forgetFills;
  forgetRow()
}

/* Answered as soon as it may be: later would only be safer. */
inline answer() {
  answered = answered | (ours & bitOf(C.epoch));
  C.stage = OVER; C.epoch = 0; C.lagging = 0
}

inline answerIfSettled() { if :: isSettled -> answer() :: else fi }

/* It is decided on a state that lacks a change which concerns the item and was answered. */
#define isStale(state) ((answered & ~(state)) != 0)

/* ---- What happens ------------------------------------------------------------------------------------------------ */

proctype verifierOf(byte v) {
  do
  /* A verification begins, and is decided from memory. */
  :: atomic { isTrusted && V.cached != NOTHING && isStale(V.cached) -> assert(false) }

  /* One begins and is decided on what is read, in a later snapshot. Until that comes back, much may happen. */
  :: atomic { V.fill == NOTHING && mayBeKept && !(isTrusted && V.cached != NOTHING) ->
      V.fillEpoch = epoch;
#ifdef READS_REPLICA
      do :: V.fillEpoch > 0 -> V.fillEpoch-- :: break od;
#endif
      V.fill = committed & upTo(V.fillEpoch);
      assert(!isStale(V.fill)) }
  /* It is kept. (If it may not be, it is forgotten when that turns out: with a doubt, or with a renewal.) */
  :: d_step { V.fill != NOTHING && V.isHeld -> V.cached = V.fill; V.fill = NOTHING; V.fillEpoch = 0 }

  /* Registration: the statement takes its snapshot; it commits, and the row can be seen; the answer comes. */
  :: d_step { !V.isHeld && V.statement == IDLE ->
      noteRun;
      V.isSameRun = 1; V.epoch = epoch; V.coming = 1; R.granted = 1;
      V.statement = STARTED }
  :: d_step { !V.isHeld && V.statement == STARTED ->
      R.exists = 1; R.applied = V.epoch; R.lease = R.granted; R.granted = 0;
      V.statement = DONE }
  :: d_step { !V.isHeld && V.statement == DONE ->
      V.isHeld = 1; V.applied = V.epoch; V.trust = V.coming;
      endStatement();
      forgetCache;
      forgetFills }

  /* Renewal: snapshot; lock, or no row; commit; answer. What another run would answer is not even asked. */
  :: atomic { V.isHeld && V.statement == IDLE && isRunWell ->
      V.epoch = epoch; V.coming = 1;
      V.isAllHeard = hasHeardAll;
      V.statement = STARTED;
      if
      :: V.isListed = (committed & ours & ~upTo(V.applied)) != 0
#ifdef NO_GAP_CHECK
      /* The list was pruned. With the check everything is forgotten, as if all were listed. */
      :: epoch > V.applied
#endif
      fi }
  :: d_step { V.isHeld && V.statement == STARTED ->
      if
      :: isFound ->
        R.granted = 1; R.isForeign = 0; V.isSameRun = 1;
        V.statement = LOCKED
      :: else ->
#ifdef NO_ROW_CHECK
        V.statement = DONE
#else
        doubt()
#endif
      fi }
  :: d_step { V.isHeld && V.statement == LOCKED ->
      R.applied = reported; R.lease = R.granted; R.granted = 0;
      V.statement = DONE }
  :: d_step { V.isHeld && V.statement == DONE ->
      if
      :: isEpochWell ->
        if :: V.isListed -> V.cached = NOTHING :: else fi;
        V.applied = (V.epoch > V.applied -> V.epoch : V.applied);
        V.heard = V.heard & ~upTo(V.applied);
        if :: isTooOld -> V.fill = NOTHING; V.fillEpoch = 0 :: else fi;
        V.trust = trustOfAnswer;
        endStatement()
      :: else -> doubt()
      fi }

  /* A notification comes, of a transaction that changed one thing alone; or none ever does. */
  :: d_step { isNews(1) -> hear(1) }
#if CHANGES > 1
  :: d_step { isNews(2) -> hear(2) }
#endif
#if CHANGES > 2
  :: d_step { isNews(3) -> hear(3) }
#endif

  /* A connection breaks, or a request or an answer is lost, or is so late that it is not waited for. */
  :: d_step { V.isHeld || V.statement != IDLE -> doubt() }

  /* A lease is over by the database's clock. What the verifier trusts because of it was over before, by its own clocks. */
  :: d_step { R.lease ->
      R.lease = 0;
      trustEnds(V.trust);
      if :: V.statement == DONE -> trustEnds(V.coming) :: else fi }
  :: d_step { R.granted ->
      R.lease = 0; R.granted = 0;
      trustEnds(V.trust);
      trustEnds(V.coming) }
  od
}

proctype changeOf(byte c) {
  do
  /* The clock's row is locked until the commit: who draws an epoch is the next to commit. */
#ifndef EPOCHS_OUT_OF_ORDER
  :: atomic { C.stage == BEGINS && (c == 0 || change[c - 1].stage != BEGINS) ->
      epoch++;
      C.epoch = epoch;
#else
  :: d_step { C.stage == BEGINS -> C.epoch = 1 + (change[1 - c].stage != BEGINS); C.stage = DRAWN }
  :: atomic { C.stage == DRAWN ->
      epoch = (C.epoch > epoch -> C.epoch : epoch);
#endif
      committed = committed | bitOf(C.epoch);
#ifdef ANY_SUBJECT
      if :: ours = ours | bitOf(C.epoch) :: skip fi;
#else
      ours = ours | bitOf(C.epoch);
#endif
      C.lagging = everyVerifier;
      C.stage = WAITS }

  /* A look, in one snapshot. */
  :: d_step { C.stage == WAITS && run_ == UNKNOWN -> noteRun }
  :: d_step { C.stage == WAITS && run_ != UNKNOWN ->
      C.lagging = isInTheWay(0);
#if VERIFIERS > 1
      C.lagging = C.lagging | (isInTheWay(1) << 1);
#endif
      answerIfSettled() }
  /* What it saw in the way, and is still there and over, it deletes. A renewal that holds the row's lock comes first. */
  :: d_step { C.stage == WAITS && mayDelete(0) -> deleteRow(0); answerIfSettled() }
#if VERIFIERS > 1
  :: d_step { C.stage == WAITS && mayDelete(1) -> deleteRow(1); answerIfSettled() }
#endif
  /* All leases of earlier runs are over by now, and it saw nobody. */
  :: d_step { C.stage == WAITS && isSettled -> answer() }
  od
}

/* The server ends and starts: what was under way is undone, and who asked for it sees the connection break. */
inline restart() {
  loseRun;
  for (v : 0 .. VERIFIERS - 1) {
    V.isSameRun = 0;
    if :: V.statement == STARTED || V.statement == LOCKED -> doubt() :: else fi;
    if :: isClean :: else -> forgetRow() fi
  }
  v = 0;
  for (c : 0 .. CHANGES - 1) {
    if
    /* settlement_unconfirmed. Whoever repeats it changes nothing any more, and waits all the same. */
    :: C.stage == WAITS ->
#ifdef REPETITION_UNSETTLED
      answer()
#else
      C.lagging = everyVerifier
#endif
    :: else
    fi
  }
  c = 0
}

/* A backup from epoch `to` is restored: later changes are lost, answered or not, and their epochs are given again. */
inline restore() {
  restart();
  epoch = to;
  committed = committed & upTo(to); ours = ours & upTo(to); answered = answered & upTo(to);
  for (v : 0 .. VERIFIERS - 1) {
    V.cached = V.cached & upTo(to); V.heard = V.heard & upTo(to);
    V.fill = V.fill & upTo(to);
    if :: V.isHeld && hasRows -> R.exists = 1; R.isForeign = 1; R.applied = to :: else fi
  }
  v = 0;
  for (c : 0 .. CHANGES - 1) {
    if :: C.stage == WAITS && C.epoch > to -> C.stage = OVER; C.epoch = 0; C.lagging = 0 :: else fi
  }
  c = 0
}

proctype faults() {
  byte v, c, to;
  bit isClean, hasRows;
  do
#ifndef RESTORED
  /* Cleanly, or after a crash, without the tables that are not logged. */
  :: atomic { faultsLeft > 0 ->
      faultsLeft--;
      if :: isClean = 1 :: isClean = 0 fi;
      d_step { restart(); isClean = 0 } }
#else
  /* With its rows (from a dump), or without. */
  :: atomic { faultsLeft > 0 && epoch > 0 ->
      faultsLeft--;
      to = epoch - 1;
      do :: to > 0 -> to-- :: break od;
      if :: hasRows = 1 :: hasRows = 0 fi;
      d_step { restore(); hasRows = 0; to = 0 } }
#endif
  /* Since this run was noted, a lease has passed. */
  :: d_step { run_ == NOTED ->
      run_ = KNOWN;
      for (v : 0 .. VERIFIERS - 1) {
        if :: !V.isSameRun -> V.trust = 0; V.coming = 0 :: else fi
      }
      v = 0 }
  od
}

init {
  atomic {
    byte i;
    for (i : 0 .. VERIFIERS - 1) { run verifierOf(i) }
    for (i : 0 .. CHANGES - 1) { run changeOf(i) }
    i = 0;
    run faults()
  }
}
