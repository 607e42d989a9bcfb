using LlmStack.Routing;

namespace LlmStack.Tests.Limits.Scopes;

public class OutputLengthsTests
{
    [Fact]
    public void Before_answers_it_is_what_the_call_allows_else_512()
    {
        var likely = new LikelyOutput();
        Assert.Equal((512, 40), (likely.ExpectHigh("g", null, null), likely.ExpectHigh("g", null, 40)));
    }

    [Fact]
    public void Nineteen_of_twenty_answers_are_not_longer()
    {
        var likely = new LikelyOutput();

        // Lengths are counted from the first question on.
        Assert.Equal(512, likely.ExpectHigh("g", "f", null));
        OutputExperience experience = likely.Find("g", "f")!;
        for (int i = 0; i < 200; i++)
        {
            experience.Observe(i % 20 == 0 ? 4_000 : 100);
        }

        Assert.InRange(likely.ExpectHigh("g", "f", null), 100, 119);
        Assert.Equal(50, likely.ExpectHigh("g", "f", 50));
        Assert.Equal(512, likely.ExpectHigh("g", "other", null));
        for (int i = 0; i < 40; i++)
        {
            experience.Observe(4_000);
        }

        Assert.Equal(4_000, likely.ExpectHigh("g", "f", null));
    }

    [Fact]
    public void Old_answers_fade()
    {
        var lengths = new OutputLengths();
        for (int i = 0; i < 500; i++)
        {
            lengths.Add(10_000);
        }

        for (int i = 0; i < 5_000; i++)
        {
            lengths.Add(10);
        }

        Assert.InRange(lengths.High95(), 10, 12);
    }
}
