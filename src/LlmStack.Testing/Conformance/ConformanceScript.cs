using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>What the other side of an in-process provider is told to do.</summary>
[Experimental("LLMSTACK001")]
public sealed class ConformanceScript
{
    private readonly Func<string, ConformanceStep> _next;
    private readonly Action _gone;

    internal ConformanceScript(Func<string, ConformanceStep> next, Action gone)
    {
        _next = next;
        _gone = gone;
    }

    /// <summary>What to do on a call that has just arrived.</summary>
    /// <param name="messages">What was sent.</param>
    public ConformanceStep Next(IEnumerable<ChatMessage> messages) => _next(string.Join('\n', messages.SelectMany(static message => message.Contents).Select(static content => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent call => $"{call.CallId} {call.Name}",
        FunctionResultContent result => $"{result.CallId} {result.Result}",
        _ => content.ToString(),
    })));

    /// <summary>What to do on a call beside chat that has just arrived.</summary>
    /// <param name="sent">What was sent, as text.</param>
    public ConformanceStep Next(string sent) => _next(sent);

    /// <summary>Waits as <see cref="ConformanceStep.HoldAfter"/> asks: until the call is given up, which is noted.</summary>
    /// <param name="cancellationToken">The token that the other side was given.</param>
    /// <exception cref="OperationCanceledException">Always, in the end.</exception>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gone();
        }
    }

    /// <summary>Notes that the call was given up, where the other side is not waiting: from the <c>finally</c> of a stream that was broken off.</summary>
    public void GivenUp() => _gone();
}
