using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>What cases are written with: a stage, calls, and expectations.</summary>
internal sealed class ConformanceBench(ConformanceFixture fixture)
{
    public static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hello")];

    public ConformanceFixture Fixture { get; } = fixture;

    public HttpConformanceFixture Http => (HttpConformanceFixture)Fixture;

    public string? Secret => (Fixture as HttpConformanceFixture)?.Secret;

    public ConformanceStage Open(ConformanceStep step) => Fixture.Open((_, _) => step);

    public ConformanceStage Open(CannedAnswer answer) => Open(new ConformanceStep { Answer = answer });

    public ConformanceStage Open(Func<string, ConformanceStep> script) => Fixture.Open((request, _) => script(request));

    public ProviderCall Call() => Call(Fixture.Model);

    public ProviderCall Call(string model) => new(model, new StaticCredential("conformance", Secret));

    /// <summary>Makes one call, whole or streamed, and returns the answer as a whole.</summary>
    public async Task<ConformanceOutcome> AskAsync(ConformanceStage stage, bool streaming, IReadOnlyList<ChatMessage>? messages = null, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        stage.Streaming = streaming;
        ProviderCall call = Call();
        messages ??= Hello;
        if (!streaming)
        {
            return new ConformanceOutcome(await stage.Provider.ChatAsync(call, messages, options, cancellationToken).ConfigureAwait(false), [], call.Report);
        }

        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in stage.Provider.ChatStreamingAsync(call, messages, options, cancellationToken).ConfigureAwait(false))
        {
            updates.Add(update);
        }

        return new ConformanceOutcome(updates.ToChatResponse(), updates, call.Report);
    }

    /// <summary>Runs a case for whole answers and for streams.</summary>
    public static async Task BothAsync(Func<bool, Task> run)
    {
        await run(false).ConfigureAwait(false);
        await run(true).ConfigureAwait(false);
    }

    /// <summary>Expects the call to fail with the library's exception, and none of the secret in it.</summary>
    public async Task<LlmException> FailsAsync(Func<Task> call, string when)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (LlmException e)
        {
            if (Secret is { } secret)
            {
                Expect(!e.ToString().Contains(secret, StringComparison.Ordinal), $"{when}: the exception shows the secret.");
            }

            return e;
        }
        catch (Exception e) when (e is not ConformanceException)
        {
            throw new ConformanceException($"{when}: LlmException was expected, {e.GetType().Name} was thrown: {e.Message}", e);
        }

        throw new ConformanceException($"{when}: LlmException was expected, and the call succeeded.");
    }

    /// <summary>Expects the call to end as cancelled by a token.</summary>
    public static async Task CancelledAsync(Func<Task> call, string when, CancellationToken token)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            Expect(e.CancellationToken == token, $"{when}: the OperationCanceledException must carry the token that was passed.");
            return;
        }
        catch (Exception e) when (e is not ConformanceException)
        {
            throw new ConformanceException($"{when}: OperationCanceledException was expected, {e.GetType().Name} was thrown: {e.Message}", e);
        }

        throw new ConformanceException($"{when}: OperationCanceledException was expected, and the call succeeded.");
    }

    public static void Expect(bool condition, string message)
    {
        if (!condition)
        {
            throw new ConformanceException(message);
        }
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new ConformanceException($"{what}: expected '{expected}', got '{actual}'.");
        }
    }
}
