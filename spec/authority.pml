/*
 * Authority at commit (docs/coherence.md), for spin: requests in progress, and changes that end their authority meanwhile.
 * README.md says what is modelled and how far it is searched.
 *
 * Each step is one statement of the database, with the lock that it takes. Between any two steps anybody may pause for as
 * long as they like.
 *
 * -D<RULE> leaves a rule out. The search must then find a request that commits after the answer to the change that ended
 * its authority.
 */

#ifndef REQUESTS
#define REQUESTS 2
#endif
#ifndef CHANGES
#define CHANGES 2
#endif

/* ---- The database: what is committed ------------------------------------------------------------------------------ */

byte epoch = 0;
/* Whether the authority of the requests has been ended, and whether the change that ended it was answered. */
bit ended = 0;
bit answered = 0;

/* The lock of the clock: alone for a change, shared by requests that only rely on authority. Held until the commit. */
bit alone = 0;
byte sharers = 0;

#define lockAlone (!alone && sharers == 0) -> alone = 1
#define lockShared !alone -> sharers++

/* ---- A request in progress ---------------------------------------------------------------------------------------- */

/*
 * It is let in on a state with its epoch, which a cache may hold for long. Then it works, and may itself make a change that
 * advances the clock. Then it checks, and commits or gives up.
 */
proctype request() {
  byte seen, now;
  bit isChanging, isEnded, holdsShared;

  /* Let in. A session's row is read in the snapshot of its epoch; a token's cache reflects every change up to its epoch. */
  atomic {
    if
    :: ended -> goto refused
    :: else -> seen = epoch
    fi
  }
#ifdef EPOCH_READ_LATER
  seen = epoch;
#endif

  /* The work. A request that changes authority itself takes the clock, as every change does. */
  if
  :: isChanging = 0
  :: atomic { lockAlone; isChanging = 1 }
  fi;

#ifdef CHECKED_BEFORE_WORK
  /* The check would have come here, and its lock would have gone with its statement. */
  now = epoch;
#else

#ifndef NO_SECOND_CHECK
#ifdef SNAPSHOT_BEFORE_LOCK
  now = epoch;
#endif
#ifndef NO_LOCK
  if
  :: isChanging -> skip
  :: else -> atomic { lockShared; holdsShared = 1 }
  fi;
#endif
#ifndef SNAPSHOT_BEFORE_LOCK
  now = epoch;
#endif
  if
#ifdef OWN_CHANGE_EXCUSES
  :: isChanging -> skip
#endif
  :: now == seen -> skip
  :: else ->
#ifdef NO_READING
    skip
#else
    /* Read anew, past every cache and without what it changed itself. */
    isEnded = ended;
    if :: isEnded -> goto over :: else fi
#endif
  fi;
#endif
#endif

  /* The commit. Locks go with it. */
  atomic {
    assert(!answered);
    if :: isChanging -> epoch++; :: else fi
  }
over:
  atomic {
    if :: isChanging -> alone = 0 :: else fi;
    if :: holdsShared -> sharers-- :: else fi
  }
refused:
  skip
}

/* ---- A change ------------------------------------------------------------------------------------------------------ */

/* It ends the authority of the requests, or somebody else's. What verifiers do before it is answered is the other model's. */
proctype change() {
  bit isTheirs;
  if :: isTheirs = 1 :: isTheirs = 0 fi;
#ifndef NO_LOCK_OF_CHANGES
  atomic { lockAlone };
#endif
  atomic {
    epoch++;
    ended = ended | isTheirs;
#ifndef NO_LOCK_OF_CHANGES
    alone = 0
#endif
  };
  answered = answered | isTheirs
}

init {
  atomic {
    byte i;
    for (i : 1 .. REQUESTS) { run request() }
    for (i : 1 .. CHANGES) { run change() }
  }
}
