namespace LlmStack.Routing;

/// <summary>What one score says of each deployment and feature; bounded, the least recently used are forgotten.</summary>
internal sealed class QualityTable
{
    /// <summary>The most pairs of deployment and feature remembered.</summary>
    public const int Capacity = 4096;

    private readonly BoundedMap<(string Deployment, string? Feature), QualityPosterior> _posteriors = new(Capacity);

    public int Count => _posteriors.Count;

    public double Mean(Deployment deployment, string? feature) => _posteriors.Find((deployment.Id, feature))?.Mean ?? deployment.Quality;

    public double Draw(Deployment deployment, string? feature, IRandomSource random) => Of(deployment, feature).Draw(random);

    public void Learn(Deployment deployment, string? feature, double score) => Of(deployment, feature).Add(score);

    private QualityPosterior Of(Deployment deployment, string? feature) =>
        _posteriors.Find((deployment.Id, feature)) ?? _posteriors.GetOrAdd((deployment.Id, feature), _ => new QualityPosterior(deployment.Quality));
}
