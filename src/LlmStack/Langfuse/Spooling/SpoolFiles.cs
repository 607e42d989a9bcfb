namespace LlmStack.Langfuse.Spooling;

/// <summary>What is done to files while nothing may throw.</summary>
internal static class SpoolFiles
{
    /// <summary>Deletes a finished segment; leaves one with undelivered records to the next process.</summary>
    public static void GiveUp(SpoolSegment segment)
    {
        try
        {
            if (segment.Position >= segment.Committed)
            {
                segment.Delete();
            }
            else
            {
                segment.Leave();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            segment.Dispose();
        }
    }
}
