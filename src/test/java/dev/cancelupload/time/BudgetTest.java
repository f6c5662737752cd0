package dev.cancelupload.time;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BudgetTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    @Test
    void aPartEndsWithTheWholeAtTheLatest() {
        Budget whole = Budget.of(LONG);
        assertEquals(whole.end(), whole.atMost(LONG.multipliedBy(2)).end());
    }

    @Test
    void aPartThatIsShorterEndsBeforeTheWhole() {
        Budget whole = Budget.of(LONG);
        Budget part = whole.atMost(LONG.dividedBy(2));
        assertThat(part.end(), lessThan(whole.end()));
        assertThat(part.remaining(), greaterThan(Duration.ZERO));
    }

    @Test
    void aPartOfASpentBudgetIsSpent() {
        Budget spent = new Budget(System.nanoTime() - 2, System.nanoTime() - 1);
        assertTrue(spent.isSpent());
        assertTrue(spent.atMost(LONG).isSpent());
        assertTrue(spent.remaining().isNegative());
        assertThrows(DeadlineException.class, spent::remainingMillis);
    }

    @Test
    void aSocketHasAtLeastAMillisecondSinceZeroWouldBeNoTimeout() throws DeadlineException {
        Budget budget = Budget.of(LONG);
        assertFalse(budget.isSpent());
        assertThat(budget.remainingMillis(), greaterThan(0));
        long now = System.nanoTime();
        assertEquals(
                Integer.MAX_VALUE, new Budget(now, now + Duration.ofDays(100).toNanos()).remainingMillis());
    }
}
