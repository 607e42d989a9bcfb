using LlmStack.Providers;
using Microsoft.Extensions.AI;
using static LlmStack.Testing.ConformanceBench;

namespace LlmStack.Testing;

/// <summary>Whoever goes away is let go at once, and the other side sees it.</summary>
internal static class CancellationCases
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static readonly CannedAnswer Answer = new() { Pieces = ["first", "second", "third"] };

    public static readonly ConformanceRow[] Rows =
    [
        new("a call cancelled before it begins sends nothing", BeforeAsync),
        new("a call cancelled while it waits ends at once and closes", WaitingAsync),
        new("a stream cancelled after its first piece ends at once and closes", AfterFirstAsync),
        new("a stream that is broken off closes", BrokenOffAsync),
    ];

    private static async Task BeforeAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(Answer);
        await using (stage.ConfigureAwait(false))
        {
            var cancelled = new CancellationToken(canceled: true);
            await BothAsync(streaming => CancelledAsync(() => bench.AskAsync(stage, streaming, cancellationToken: cancelled), "cancelled before the call", cancelled)).ConfigureAwait(false);
            Expect(!bench.Fixture.IsHttp || stage.Requests.Count == 0, "Nothing may be sent for a call that is cancelled already.");
        }
    }

    private static Task WaitingAsync(ConformanceBench bench) => BothAsync(async streaming =>
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { Answer = Answer, HoldAfter = 0 });
        await using (stage.ConfigureAwait(false))
        {
            using var source = new CancellationTokenSource();
            Task<ConformanceOutcome> asking = Task.Run(() => bench.AskAsync(stage, streaming, cancellationToken: source.Token), CancellationToken.None);
            await stage.Arrived.WaitAsync(Soon, CancellationToken.None).ConfigureAwait(false);
            await source.CancelAsync().ConfigureAwait(false);
            await CancelledAsync(() => asking.WaitAsync(Soon, CancellationToken.None), "cancelled while waiting", source.Token).ConfigureAwait(false);
            await ClosedAsync(stage).ConfigureAwait(false);
        }
    });

    private static async Task AfterFirstAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { Answer = Answer, HoldAfter = 1 });
        await using (stage.ConfigureAwait(false))
        {
            stage.Streaming = true;
            using var source = new CancellationTokenSource();
            await CancelledAsync(
                async () =>
                {
                    await foreach (ChatResponseUpdate update in stage.Provider.ChatStreamingAsync(bench.Call(), Hello, null, source.Token).ConfigureAwait(false))
                    {
                        if (update.Text.Length > 0)
                        {
                            await source.CancelAsync().ConfigureAwait(false);
                        }
                    }
                },
                "cancelled after the first piece",
                source.Token).WaitAsync(Soon, CancellationToken.None).ConfigureAwait(false);
            await ClosedAsync(stage).ConfigureAwait(false);
        }
    }

    private static async Task BrokenOffAsync(ConformanceBench bench)
    {
        ConformanceStage stage = bench.Open(new ConformanceStep { Answer = Answer, HoldAfter = 1 });
        await using (stage.ConfigureAwait(false))
        {
            stage.Streaming = true;
            await foreach (ChatResponseUpdate update in stage.Provider.ChatStreamingAsync(bench.Call(), Hello, null, CancellationToken.None).ConfigureAwait(false))
            {
                if (update.Text.Length > 0)
                {
                    break;
                }
            }

            await ClosedAsync(stage).ConfigureAwait(false);
        }
    }

    public static async Task ClosedAsync(ConformanceStage stage)
    {
        try
        {
            await stage.Gone.WaitAsync(Soon).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ConformanceException("The connection must be closed at once, so that the provider stops working.", e);
        }
    }
}
