using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Tracing;

/// <summary>Learns from scores in this process, also from those of traces that are sampled out.</summary>
[Experimental("LLMSTACK001")]
public interface IScoreObserver
{
    /// <summary>A score was given.</summary>
    /// <param name="score">The score.</param>
    void OnScore(in ScoreData score);
}
