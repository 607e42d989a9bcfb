namespace LlmStack.Providers.Http;

/// <summary>Cuts a byte stream into the events of a streamed answer.</summary>
/// <remarks>The caller alternates <see cref="TryRead"/> and <see cref="FillAsync"/>.</remarks>
internal interface IEventReader : IDisposable
{
    /// <summary>The data of the current event; valid until the next <see cref="TryRead"/> or <see cref="FillAsync"/>.</summary>
    Span<byte> Data { get; }

    /// <summary>Whether the framing says that the current event is an error.</summary>
    bool IsError { get; }

    /// <summary>Whether the current event may be cut, because the stream ended within it.</summary>
    bool IsUnterminated { get; }

    /// <summary>Whether the stream has ended; <see cref="TryRead"/> may still give a last event.</summary>
    bool Ended { get; }

    /// <summary>Everything that arrived and was not yet read as events.</summary>
    ReadOnlySpan<byte> Unread { get; }

    /// <summary>The first byte that says what the stream holds; false while it has not arrived.</summary>
    bool TryPeek(out byte first);

    /// <summary>Moves to the next event; false when more bytes are needed, or none will come.</summary>
    bool TryRead();

    /// <summary>Reads more bytes; pass the result to <see cref="Filled"/>.</summary>
    ValueTask<int> FillAsync(CancellationToken cancellationToken);

    void Filled(int count);
}
