namespace LlmStack.Tests;

public class ThreadRandomSourceTests
{
    private readonly ThreadRandomSource _random = new();

    [Fact]
    public void Numbers_stay_in_range_and_fall_evenly()
    {
        int[] counts = new int[10];
        double sum = 0;
        for (int i = 0; i < 20_000; i++)
        {
            counts[_random.NextInt32(10)]++;
            double next = _random.NextDouble();
            Assert.InRange(next, 0, 1);
            sum += next;
        }

        // Seven standard deviations.
        Assert.All(counts, count => Assert.InRange(count, 1_700, 2_300));
        Assert.InRange(sum / 20_000, 0.485, 0.515);
    }

    [Fact]
    public void Copy_gives_what_comes_next_and_moves_nothing()
    {
        SeededRandomSource copy = ThreadRandomSource.Copy();
        int[] ahead = [.. Enumerable.Range(0, 5).Select(_ => copy.NextInt32(1_000_000))];
        Assert.Equal(ahead, Enumerable.Range(0, 5).Select(_ => _random.NextInt32(1_000_000)));
    }

    [Fact]
    public void Threads_draw_different_numbers()
    {
        int[] first = Draw();
        int[] second = [];
        var thread = new Thread(() => second = Draw());
        thread.Start();
        thread.Join();
        Assert.NotEqual(first, second);
    }

    private int[] Draw() => [.. Enumerable.Range(0, 8).Select(_ => _random.NextInt32(int.MaxValue))];
}
