using System.Diagnostics;
using LlmStack.Routing;

namespace Survive;

/// <summary>Counts calls second by second.</summary>
internal sealed class LoadReport(IReadOnlyList<string> providers, int seconds)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly int[,] _served = new int[seconds + 1, providers.Count];
    private readonly int[] _moved = new int[seconds + 1];
    private int _failed;

    public int Failed => Volatile.Read(ref _failed);

    public int Served { get; private set; }

    public void Success(CallRoute route)
    {
        int second = Second();
        int provider = 0;
        while (provider < providers.Count - 1 && providers[provider] != route.Provider)
        {
            provider++;
        }

        Interlocked.Increment(ref _served[second, provider]);
        if (route.Attempts.Count > 1)
        {
            Interlocked.Increment(ref _moved[second]);
        }
    }

    public void Failure(Exception failure)
    {
        if (Interlocked.Increment(ref _failed) == 1)
        {
            Console.Error.WriteLine($"The first call that failed: {failure.Message}");
        }
    }

    /// <summary>A line for each second: who served how many, and how many needed a second attempt.</summary>
    public void Print()
    {
        Console.WriteLine($"second  {string.Join("  ", providers.Select(static name => name.PadLeft(7)))}  repaired");
        for (int second = 0; second < seconds; second++)
        {
            int number = second;
            int[] counts = [.. providers.Select((_, provider) => _served[number, provider])];
            Served += counts.Sum();
            Console.WriteLine($"{second,6}  {string.Join("  ", counts.Select(static count => $"{count,7}"))}  {_moved[second],8}");
        }
    }

    private int Second() => Math.Min(seconds, (int)Stopwatch.GetElapsedTime(_started).TotalSeconds);
}
