namespace LlmStack.Tracing;

/// <summary>Marks everything that waited for a failed span as failed, as far as it is still open.</summary>
internal static class FailedAncestors
{
    public static void Mark(SpanRecord failed)
    {
        SpanRecord? next = failed.Parent;
        int version = failed.ParentVersion;
        while (next is { } ancestor)
        {
            lock (ancestor)
            {
                if (ancestor.Version != version)
                {
                    return;
                }

                ancestor.Level = ObservationLevel.Error;
                ancestor.StatusMessage ??= failed.StatusMessage;
                version = ancestor.ParentVersion;
                next = ancestor.Parent;
            }
        }
    }
}
